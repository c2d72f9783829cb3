import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { claudeRecords } from '../../../../src/core/agents/claude/records';
import { silentLog } from '../../../../src/core/ports';
import { createMeter } from '../../../../src/core/usage/meter';
import type { UsageAnswer, UsageQuestion } from '../../../../src/core/usage/parts';
import { Board } from '../../../../src/core/usage/scan/board';
import { WorkerMeter } from '../../../../src/core/usage/workerMeter';
import { usageProgram } from '../../../../src/core/usage/workerProgram';
import { withTempDir } from '../../support/repositories';
import { answerLine, writeTranscript } from './claude';

const question: UsageQuestion = {
  tasks: [],
  folders: ['/work'],
  prices: { asOf: '2026-11-21', entries: [], webSearch: null, discounts: {} },
  timeZone: 'UTC',
  all: true,
};

const placesOf = (dir: string) => ({ env: { CLAUDE_CONFIG_DIR: dir }, home: dir, platform: process.platform });

async function withMeter(
  program: string | undefined,
  fn: (meter: WorkerMeter, dir: string) => Promise<void>,
  stuckMs = 60_000,
) {
  await withTempDir(async (dir) => {
    const settings = { customAgents: {} };
    const meter = new WorkerMeter({
      settings,
      places: placesOf(dir),
      log: silentLog,
      program,
      stuckMs,
      megabytes: 96,
    });
    try {
      await fn(meter, dir);
    } finally {
      meter.dispose();
    }
  });
}

/** Without what reading took. */
function told({ timing: _timing, ...answer }: UsageAnswer): Omit<UsageAnswer, 'timing'> {
  return answer;
}

/** A worker that does not live through files of these names. */
function mortal(dir: string, does: string): string {
  const program = path.join(dir, 'mortal.mjs');
  writeFileSync(
    program,
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const open = fs.openSync;
fs.openSync = (file, ...more) => {
  if (String(file).includes('deadly')) { ${does} }
  return open(file, ...more);
};
syncBuiltinESMExports();
await import(${JSON.stringify(pathToFileURL(usageProgram()).href)});
`,
  );
  return program;
}

describe('worker meter', function () {
  this.timeout(60_000);

  it('answers as a meter in this thread does, at first and after what was appended', () =>
    withMeter(undefined, async (meter, dir) => {
      const here = createMeter({ readers: [claudeRecords], places: placesOf(dir) });
      // More buckets than one piece takes.
      for (let count = 0; count < 900; count += 1) {
        writeTranscript(dir, `a/${count}.jsonl`, answerLine(`m${count}`, count, { sessionId: `s${count}` }));
      }
      for (let round = 0; round < 3; round += 1) {
        assert.deepEqual(told(await meter.ask(question)), told(await here.ask(question)));
        const file = path.join(dir, 'projects', 'a', `${round * 7}.jsonl`);
        appendFileSync(file, answerLine(`n${round}`, 5, { sessionId: `s${round * 7}` }));
      }
      const { buckets } = await meter.ask(question);
      assert.equal(buckets.length, 900);
      const filter = { agent: 'claude', session: 's7', limit: 10 };
      assert.deepEqual(await meter.records(filter), await here.records(filter));
      assert.equal((await meter.records(filter)).length, 2);
    }));

  it('sends nothing again that has not changed', () =>
    withMeter(undefined, async (meter, dir) => {
      writeTranscript(
        dir,
        'a/1.jsonl',
        answerLine('m1', 1, { sessionId: 's1' }) + answerLine('m2', 1, { sessionId: 's2' }),
      );
      const before = (await meter.ask(question)).buckets;
      appendFileSync(path.join(dir, 'projects', 'a', '1.jsonl'), answerLine('m3', 1, { sessionId: 's2' }));
      const after = (await meter.ask(question)).buckets;
      assert.equal(after[0], before[0]);
      assert.notEqual(after[1], before[1]);
      assert.equal(after[1]?.answers, 2);
    }));

  for (const [how, does, stuckMs] of [
    ['ends', 'process.exit(3);'],
    ['runs out of memory', 'const all = []; for (;;) all.push(new Array(1e6).fill(file));'],
    ['is stuck', 'for (;;);', 4_000],
  ] as const) {
    it(`leaves out and names a file in which the worker ${how}, and counts the rest`, () =>
      withTempDir((programs) =>
        withMeter(
          mortal(programs, does),
          async (meter, dir) => {
            const deadly = writeTranscript(dir, 'a/deadly.jsonl', answerLine('m1', 1));
            writeTranscript(dir, 'a/other.jsonl', answerLine('m2', 1));
            for (let round = 0; round < 2; round += 1) {
              const { buckets, skipped } = await meter.ask(question);
              assert.equal(
                buckets.reduce((sum, { answers }) => sum + answers, 0),
                1,
              );
              assert.deepEqual(
                skipped.map(({ file, line }) => [file, line]),
                [[deadly, null]],
              );
            }
            assert.equal((await meter.records({ limit: 5 })).length, 1);
          },
          stuckMs,
        ),
      ));
  }

  it('gives up on a worker that ends whatever it is asked', () =>
    withTempDir(async (programs) => {
      const program = path.join(programs, 'ends.mjs');
      writeFileSync(program, 'process.exit(1);');
      await withMeter(program, async (meter) => {
        await assert.rejects(meter.ask(question), { name: 'WorkerEnded' });
      });
    }));

  it('is called off at once, and answers the next', () =>
    withMeter(undefined, async (meter, dir) => {
      writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 1));
      const end = new AbortController();
      const asked = meter.ask(question, end.signal);
      end.abort(new Error('enough'));
      await assert.rejects(asked, /enough/);
      await assert.rejects(meter.ask(question, AbortSignal.abort(new Error('before'))), /before/);
      assert.equal((await meter.ask(question)).buckets.length, 1);
    }));

  it('ends when it is disposed, whatever it is at', () =>
    withMeter(undefined, async (meter) => {
      const asked = meter.ask(question);
      meter.dispose();
      await assert.rejects(asked, { name: 'WorkerEnded' });
      await assert.rejects(meter.ask(question), { name: 'WorkerEnded' });
    }));

  it('shows files of any name on its board, and none that is too long', () => {
    const board = new Board();
    const other = new Board(board.shared);
    assert.equal(other.shown, null);
    for (const file of ['/a/ï "\n.jsonl', '']) {
      const before = other.count;
      board.show('claude', file);
      assert.deepEqual(other.shown, { agent: 'claude', file });
      assert.notEqual(other.count, before);
    }
    board.show('claude', 'x'.repeat(5_000));
    assert.equal(other.shown, null);
    board.show('claude', '/a');
    board.clear();
    assert.equal(other.shown, null);
  });
});
