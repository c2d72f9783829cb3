/** Something that holds resources until told to let go; calling it twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** Runs `action` at the first `dispose`. */
export function toDisposable(action: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      action();
    },
  };
}

/** Holds what it registers; registering after the end disposes at once, so that nothing leaks in a race. */
export abstract class DisposableBase implements Disposable {
  readonly #held = new Set<Disposable>();
  #disposed = false;

  protected get disposed(): boolean {
    return this.#disposed;
  }

  protected _register<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#held.add(item);
    return item;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const item of [...this.#held].reverse()) item.dispose();
    this.#held.clear();
  }
}
