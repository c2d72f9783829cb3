/** Runs jobs in turn, one per frame, so that no frame has to carry all; a job that waits already is replaced. */
export class Frames {
  readonly #jobs = new Map<string, () => void>();
  #frame: number | null = null;

  /** @param name of the job: of several with one name only the last one runs */
  later(name: string, job: () => void): void {
    this.#jobs.set(name, job);
    this.#next();
  }

  #next(): void {
    if (this.#jobs.size === 0) return;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      const [first] = this.#jobs;
      if (first === undefined) return;
      this.#jobs.delete(first[0]);
      first[1]();
      this.#next();
    });
  }
}
