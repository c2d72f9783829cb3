import { strict as assert } from 'node:assert';
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { measuredFigures, meterOf, questionOf, trueFigures } from '../support/records/metered';
import { seededRandom } from '../support/records/random';
import { allOddities } from '../support/records/sessions';
import { answersOf, type Claim } from '../support/records/truth';
import { bytesOf, makeSessions } from '../support/records/writeRecords';
import { memoryFolder, withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';

/** What may happen to files while they are read again and again; `size` is how much of it. */
const step = fc.record({
  kind: fc.constantFrom(
    'append',
    'append',
    'append',
    'append',
    'ask',
    'ask',
    'ask',
    'truncate',
    'replace',
    'rotate',
    'copy',
    'swap',
    'swap',
    'delete',
  ),
  which: fc.nat({ max: 1_000 }),
  size: fc.double({ min: 0, max: 1, noNaN: true }),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One file on its way to what it will be in the end. */
interface Growing {
  path: string;
  /** All that will be in it. */
  readonly whole: Buffer;
  /** How much of it is there. */
  there: number;
}

/** The records of a few sessions as they come to be, and what must be known at each moment. */
class Life {
  readonly #files: Growing[];
  readonly #claims = new Map<string, Claim | null>();
  /** What lies on the disk now. */
  readonly #disk = new Map<string, Buffer>();
  readonly #seen: (Claim | null)[] = [];
  #moves = 0;

  constructor(
    private readonly dir: string,
    seed: number,
  ) {
    const request = { seed, bytes: 0, sessions: 4, answers: [1, 12] as const, prose: 40, oddities: allOddities };
    const files = [...makeSessions(request)].flatMap((session) => session.files);
    for (const { lines } of files) for (const { text, claim } of lines) this.#claims.set(text, claim);
    // In any order: a copy may be read long before what it was copied from.
    const order = seededRandom(seed);
    this.#files = files
      .map((file) => ({ growing: { path: file.path, whole: bytesOf(file), there: 0 }, at: order.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ growing }) => growing);
  }

  /** All that readers may know by now: whole lines of what was there whenever they looked. */
  look(): void {
    for (const bytes of this.#disk.values()) {
      const lines = bytes.toString().split('\n');
      lines.pop();
      for (const line of lines) this.#seen.push(this.#claims.get(line) ?? null);
    }
  }

  get answers() {
    return answersOf(this.#seen);
  }

  take({ kind, which, size }: Step): void {
    const file = this.#files[which % this.#files.length];
    if (file === undefined) return;
    const there = this.#disk.has(file.path);
    if (kind === 'append') this.#grow(file, Math.ceil(size * size * (file.whole.length - file.there)));
    else if (kind === 'truncate' && there) this.#cut(file, Math.floor(size * file.there));
    else if (kind === 'replace' && there) this.#replace(file, Math.floor(size * file.whole.length));
    else if (kind === 'rotate' && there) this.#rotate(file);
    else if (kind === 'copy' && there) this.#copy(file);
    else if (kind === 'swap' && there) this.#swap(file, size);
    else if (kind === 'delete' && there) this.#delete(file);
  }

  /** In the end everything is there, once more in its whole. */
  finish(): void {
    for (const file of this.#files) this.#grow(file, file.whole.length - file.there);
  }

  #at(name: string): string {
    const file = path.join(this.dir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    return file;
  }

  #grow(file: Growing, more: number): void {
    const piece = file.whole.subarray(file.there, file.there + more);
    appendFileSync(this.#at(file.path), piece);
    file.there += piece.length;
    this.#disk.set(file.path, file.whole.subarray(0, file.there));
  }

  #cut(file: Growing, length: number): void {
    truncateSync(this.#at(file.path), length);
    file.there = length;
    this.#disk.set(file.path, file.whole.subarray(0, length));
  }

  /** Written anew beside it and renamed over it, as editors and synchronisers do. */
  #replace(file: Growing, length: number): void {
    const beside = this.#at(`${file.path}.new`);
    writeFileSync(beside, file.whole.subarray(0, length));
    renameSync(beside, this.#at(file.path));
    file.there = length;
    this.#disk.set(file.path, file.whole.subarray(0, length));
  }

  /** It goes on under another name, and its old name is free. */
  #rotate(file: Growing): void {
    this.#moves += 1;
    const to = `projects/moved-${this.#moves}/${path.posix.basename(file.path)}`;
    renameSync(this.#at(file.path), this.#at(to));
    this.#disk.delete(file.path);
    this.#disk.set(to, file.whole.subarray(0, file.there));
    file.path = to;
  }

  #copy(file: Growing): void {
    this.#moves += 1;
    const name = `projects/copies/${this.#moves}.jsonl`;
    const bytes = file.whole.subarray(0, file.there);
    writeFileSync(this.#at(name), bytes);
    this.#disk.set(name, bytes);
  }

  /** What is in two files changes its place, and the files themselves stay: a path and a size tell nothing. */
  #swap(file: Growing, size: number): void {
    const other = this.#files[Math.floor(size * this.#files.length)];
    if (other === undefined || !this.#disk.has(other.path)) return;
    [file.path, other.path] = [other.path, file.path];
    for (const one of [file, other]) {
      const bytes = one.whole.subarray(0, one.there);
      writeFileSync(this.#at(one.path), bytes);
      this.#disk.set(one.path, bytes);
    }
  }

  /** And it is written from its first line again. */
  #delete(file: Growing): void {
    rmSync(this.#at(file.path));
    this.#disk.delete(file.path);
    file.there = 0;
  }
}

describe('usage: while records are written', function () {
  this.timeout(60_000);

  it('knows at every moment what whole lines have told so far, however files are appended to, cut, replaced, renamed or deleted', async () => {
    const asWhole = (life: Life) => trueFigures(life.answers, () => 'other', 'UTC');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1e6 }), fc.array(step, { maxLength: 60, size: 'max' }), (seed, steps) =>
        withTempDir(async (dir) => {
          const life = new Life(dir, seed);
          const meter = meterOf(dir);
          const ask = async () => {
            life.look();
            const { buckets } = await meter.ask(questionOf());
            assert.deepEqual(measuredFigures(buckets), asWhole(life));
          };
          for (const one of steps) {
            if (one.kind === 'ask') await ask();
            else life.take(one);
          }
          life.finish();
          await ask();
          // Read by another from the start, in whatever order the files are found.
          const { buckets } = await meterOf(dir).ask(questionOf());
          assert.deepEqual(measuredFigures(buckets), asWhole(life));
        }, memoryFolder()),
      ),
      sampled(60),
    );
  });
});
