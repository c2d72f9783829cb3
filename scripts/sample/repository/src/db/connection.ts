export type Row = Record<string, unknown>;

export interface Connection {
  query(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Runs `action` in a transaction: everything lands, or nothing. */
export async function inTransaction<T>(connection: Connection, action: () => Promise<T>): Promise<T> {
  await connection.query('BEGIN');
  try {
    const result = await action();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  }
}
