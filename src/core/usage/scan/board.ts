import type { SkippedRecord } from '../../../contract/usage';

/** Longer paths are not shown. */
const mostBytes = 4096;
const headBytes = 8;

/**
 * Shows to another thread which file a scan is at, without a message: a thread that dies of a file has no time for one.
 */
export class Board {
  /** Goes to the other thread as it is. */
  readonly shared: SharedArrayBuffer;
  /** How often something was shown; length of what is shown. */
  readonly #head: Int32Array;
  readonly #text: Uint8Array;

  constructor(shared = new SharedArrayBuffer(headBytes + mostBytes)) {
    this.shared = shared;
    this.#head = new Int32Array(shared, 0, 2);
    this.#text = new Uint8Array(shared, headBytes);
  }

  show(agent: string, file: string): void {
    const text = Buffer.from(`${agent}\0${file}`);
    const isShown = text.length <= mostBytes;
    if (isShown) this.#text.set(text);
    Atomics.store(this.#head, 1, isShown ? text.length : 0);
    Atomics.add(this.#head, 0, 1);
  }

  clear(): void {
    Atomics.store(this.#head, 1, 0);
    Atomics.add(this.#head, 0, 1);
  }

  /** Changes whenever something is shown or cleared. */
  get count(): number {
    return Atomics.load(this.#head, 0);
  }

  /** The file that is shown; null: none. */
  get shown(): Pick<SkippedRecord, 'agent' | 'file'> | null {
    const length = Atomics.load(this.#head, 1);
    if (length === 0) return null;
    const [agent = '', file = ''] = Buffer.from(this.#text.slice(0, length)).toString().split('\0');
    return { agent, file };
  }
}
