import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCcusage } from '../scripts/provision.mjs';
import { claudeRecords } from '../src/core/agents/claude/records';
import { silentLog } from '../src/core/ports';
import { bookOf } from '../src/core/prices/book';
import { createMeter } from '../src/core/usage/meter';
import type { UsageMeter, UsageQuestion } from '../src/core/usage/parts';
import { WorkerMeter } from '../src/core/usage/workerMeter';
import { noOddities } from '../test/unit/support/records/sessions';
import { dayIn, sumsBy } from '../test/unit/support/records/truth';
import { bytesOf, makeSessions, type WrittenRecords, writeRecords } from '../test/unit/support/records/writeRecords';
import { benchFolder, type Figure, longestBlock, median } from './measure';

/** One whole process: how long it took in ms, its largest memory in MB, and what it printed. */
interface Run {
  readonly ms: number;
  readonly megabytes: number;
  /** Of all its threads, in ms: what it takes from everybody else. */
  readonly cpu: number;
  readonly output: string;
}

/** Measures a process by GNU time, which is no part of it; without it memory is not known. */
function measure(program: string, args: readonly string[], env: Record<string, string>, folder: string): Run {
  const timed = ['/usr/bin/time', '/usr/local/bin/time'].find((file) => statSync(file, { throwIfNoEntry: false }));
  const report = join(folder, 'time');
  const command = timed === undefined ? [program, ...args] : [timed, '-f', '%M %U %S', '-o', report, program, ...args];
  const began = performance.now();
  const result = spawnSync(command[0] ?? program, command.slice(1), { encoding: 'utf8', env, maxBuffer: 1e9 });
  const ms = performance.now() - began;
  if (result.status !== 0) throw new Error(`${program} failed: ${result.stderr}`);
  const [kilobytes = Number.NaN, user = Number.NaN, system = Number.NaN] =
    timed === undefined ? [] : readFileSync(report, 'utf8').trim().split(' ').map(Number);
  return { ms, megabytes: (kilobytes * 1024) / 1e6, cpu: 1000 * (user + system), output: result.stdout };
}

const day = dayIn('UTC');

/** Two runs of everything on the same records, in turn, so that a slow moment of the machine hits both. */
class SideBySide {
  readonly #env: Record<string, string>;

  constructor(
    private readonly cli: string,
    private readonly rival: string,
    private readonly folder: string,
    readonly home: string,
  ) {
    mkdirSync(join(folder, 'nobody'), { recursive: true });
    this.#env = { HOME: join(folder, 'nobody'), CLAUDE_CONFIG_DIR: home, TZ: 'UTC', PATH: process.env.PATH ?? '' };
  }

  own(): Run {
    const args = [this.cli, '-C', this.folder, 'cost', '--all', '--by', 'day', '--json'];
    return measure(process.execPath, args, this.#env, this.folder);
  }

  other(): Run {
    return measure(this.rival, ['claude', 'daily', '--json', '--offline'], this.#env, this.folder);
  }

  run(rounds: number): { own: Run[]; other: Run[] } {
    // Once each for the page cache.
    this.other();
    this.own();
    const own: Run[] = [];
    const other: Run[] = [];
    for (let round = 0; round < rounds; round += 1) {
      other.push(this.other());
      own.push(this.own());
    }
    return { own, other };
  }
}

/** Fails unless both say, of every day, exactly what was made up: a quick wrong answer is none. */
function hold(written: WrittenRecords, own: Run, other: Run): void {
  const truth = sumsBy(written.answers, day);
  const ours = (JSON.parse(own.output) as { rows: { key: string; usd: number; tokens: { output: number } }[] }).rows;
  const theirs = (JSON.parse(other.output) as { daily: { date: string; totalCost: number; outputTokens: number }[] })
    .daily;
  const said = [
    ...ours.map(({ key, usd, tokens }) => ({ who: 'we', key, usd, output: tokens.output })),
    ...theirs.map(({ date, totalCost, outputTokens }) => ({
      who: 'ccusage',
      key: date,
      usd: totalCost,
      output: outputTokens,
    })),
  ];
  if (said.length !== 2 * truth.size) throw new Error(`${said.length} days instead of twice ${truth.size}.`);
  for (const { who, key, usd, output } of said) {
    const { usd: right = Number.NaN, tokens } = truth.get(key) ?? {};
    if (!(Math.abs(usd - right) < 0.005) || output !== tokens?.output)
      throw new Error(`On ${key} ${who} counted $${usd} and ${output} tokens of output: $${right}, ${tokens?.output}.`);
  }
}

/** 1 MB that comes after everything else: short sessions of other seeds, appended to files that are there. */
function appendMegabyte(home: string, files: readonly string[], round: number): void {
  let bytes = 0;
  for (const session of makeSessions({ seed: 1_000 + round, bytes: 1e6, answers: [2, 6], oddities: noOddities })) {
    for (const file of session.files) {
      const text = bytesOf({ ...file, torn: null });
      appendFileSync(join(home, files[bytes % files.length] ?? ''), text);
      bytes += text.length;
    }
  }
}

const question: UsageQuestion = {
  tasks: [],
  folders: [],
  prices: bookOf({ prices: {}, priceDiscounts: {} }, null),
  timeZone: 'UTC',
  all: true,
};

/** Asked again after 1 MB was appended, in this thread: median in ms. */
async function askedAgain(meter: UsageMeter, home: string, files: readonly string[], rounds: number): Promise<number> {
  await meter.ask(question);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    appendMegabyte(home, files, round);
    const began = performance.now();
    await meter.ask(question);
    times.push(performance.now() - began);
  }
  return median(times);
}

const ms = (runs: readonly Run[]): number => median(runs.map((run) => run.ms));
const cpu = (runs: readonly Run[]): string => median(runs.map((run) => run.cpu)).toFixed(0);
const megabytes = (runs: readonly Run[]): number => median(runs.map((run) => run.megabytes));

/**
 * Made-up records of Claude Code, read by the command line beside ccusage: time and memory of whole processes, then
 * what being asked again costs inside a window.
 */
export async function usage(root: string, short: boolean): Promise<Figure[]> {
  const { program: rival, version } = await ensureCcusage();
  const folder = benchFolder();
  const cli = join(root, 'dist', 'cli.js');
  const size = short ? 20 : 200;
  const name = `usage: ${size} MB, `;
  const figures: Figure[] = [];
  try {
    const home = join(folder.path, 'records');
    const written = writeRecords(home, { seed: 7, bytes: size * 1e6, oddities: noOddities });
    const both = new SideBySide(cli, rival, folder.path, home);
    const { own, other } = both.run(short ? 3 : 7);
    const [ownLast, otherLast] = [own.at(-1), other.at(-1)];
    if (ownLast === undefined || otherLast === undefined) throw new Error('Nothing was run.');
    hold(written, ownLast, otherLast);
    const beside = `ccusage ${version}: ${ms(other).toFixed(0)} ms; CPU ${cpu(own)} and ${cpu(other)} ms; ${written.answers.length} answers, days exact in both`;
    // Of a few megabytes, starting takes longer than reading.
    const limit = short ? Number.POSITIVE_INFINITY : ms(other);
    figures.push({ name: `${name}whole process`, value: ms(own), unit: 'ms', limit, beside });
    figures.push(memoryFigure(name, own, other, 1.3));

    const files = written.paths.slice(0, 20);
    const places = { env: { CLAUDE_CONFIG_DIR: home }, home: join(folder.path, 'nobody'), platform: process.platform };
    const again = await askedAgain(createMeter({ readers: [claudeRecords], places }), home, files, short ? 5 : 9);
    const ratio = ms(other) / again;
    figures.push({
      name: `${name}1 MB more, asked again`,
      value: again,
      unit: 'ms',
      limit: 5,
      beside: `ccusage: ${ratio.toFixed(0)} × as long`,
    });
    figures.push({
      name: `${name}the same, of ccusage's time`,
      value: again / ms(other),
      unit: '×',
      limit: 1 / 20,
      beside: '',
    });

    const worker = new WorkerMeter({
      settings: { customAgents: {} },
      places,
      log: silentLog,
      program: join(root, 'dist', 'usage.js'),
    });
    const cold = await longestBlock(() => worker.ask(question));
    appendMegabyte(home, files, 99);
    const warm = await longestBlock(() => worker.ask(question));
    worker.dispose();
    figures.push({
      name: `${name}longest block`,
      value: Math.max(cold, warm),
      unit: 'ms',
      limit: 20,
      beside: 'of a thread that has a worker read',
    });

    if (!short) {
      rmSync(home, { recursive: true });
      writeRecords(home, { seed: 8, bytes: 1e9, oddities: noOddities });
      const gigabyte = both.run(3);
      figures.push(memoryFigure('usage: 1 GB, ', gigabyte.own, gigabyte.other, 0.5));
      figures.push({
        name: 'usage: 1 GB, whole process',
        value: ms(gigabyte.own),
        unit: 'ms',
        limit: Number.POSITIVE_INFINITY,
        beside: `ccusage: ${ms(gigabyte.other).toFixed(0)} ms`,
      });
    }
    return figures;
  } finally {
    folder.remove();
  }
}

function memoryFigure(name: string, own: readonly Run[], other: readonly Run[], times: number): Figure {
  const value = megabytes(own);
  const rival = megabytes(other);
  return {
    name: `${name}memory of the process`,
    value,
    unit: 'MB',
    // Not known without GNU time.
    limit: Number.isNaN(value) ? Number.POSITIVE_INFINITY : times * rival,
    beside: `ccusage: ${rival.toFixed(0)} MB (ratio ${(value / rival).toFixed(2)})`,
  };
}
