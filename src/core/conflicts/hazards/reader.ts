/** Thrown by a reader for a file that it should understand and does not. The message is one clause. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** A reader of one kind of facts. */
export interface FactReader<T> {
  /** By path alone: whoever wants no file costs nothing. */
  wants(path: string): boolean;
  /** @returns null: nothing to know. @throws UnreadableFile */
  read(path: string, content: Buffer): Promise<T | null>;
}
