export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly teamId: string | null;
  readonly createdAt: string;
}

export function toUser(row: Record<string, unknown>): User {
  return {
    id: String(row.id),
    name: String(row.name),
    email: String(row.email),
    teamId: row.team_id === null ? null : String(row.team_id),
    createdAt: String(row.created_at),
  };
}
