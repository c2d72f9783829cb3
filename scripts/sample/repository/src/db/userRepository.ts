import { toUser, type User } from '../models/user';
import type { Connection } from './connection';

export class UserRepository {
  constructor(private readonly connection: Connection) {}

  async byId(id: string): Promise<User | null> {
    const [row] = await this.connection.query('SELECT * FROM users WHERE id = ?', [id]);
    return row === undefined ? null : toUser(row);
  }

  /** Users after `cursor` (a user's id), in the order of their ids. */
  async page(cursor: string | null, size: number): Promise<User[]> {
    const rows = await this.connection.query('SELECT * FROM users WHERE id > ? ORDER BY id LIMIT ?', [
      cursor ?? '',
      size,
    ]);
    return rows.map(toUser);
  }
}
