import { type Disposable, toDisposable } from './disposable';

/** A way to listen; shaped like VS Code's so that hosts can pass it on. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** Sends values to its listeners, in the order they came; a listener that throws does not stop the others. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onError: (error: unknown) => void;

  /** @param onError told when a listener throws; without it the error is thrown anew, out of band. */
  constructor(onError?: (error: unknown) => void) {
    this.#onError =
      onError ??
      ((error) => {
        queueMicrotask(() => {
          throw error;
        });
      });
  }

  readonly event: Event<T> = (listener) => {
    // A wrapper of its own, so that one function registered twice is called twice.
    const entry = (value: T) => listener(value);
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
