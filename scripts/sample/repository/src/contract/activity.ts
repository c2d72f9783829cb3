/** What happened, as every layer sees it. Shared by all tasks of the plan; change it on the base only. */
export interface ActivityEvent {
  readonly id: string;
  readonly userId: string;
  readonly type: 'login' | 'logout' | 'create' | 'update' | 'delete';
  readonly resource: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** `GET /api/users/:id/activity?cursor=…` answers with this; newest first. */
export interface ActivityPage {
  readonly items: readonly ActivityEvent[];
  /** Give it back to get the next page; null: this is the last one. */
  readonly cursor: string | null;
}

/** What the API reads from; the database layer implements it. */
export interface ActivityRepository {
  append(event: ActivityEvent): Promise<void>;
  page(userId: string, cursor: string | null, size: number): Promise<ActivityPage>;
}
