import assert from 'node:assert/strict';
import { closeSync, openSync, truncateSync, unlinkSync, writeSync } from 'node:fs';
import { claudeRecords } from '../../../src/core/agents/claude/records';
import type { LineReader, RecordReader } from '../../../src/core/agents/records';
import { silentLog } from '../../../src/core/ports';
import { bookOf } from '../../../src/core/prices/book';
import { createMeter } from '../../../src/core/usage/meter';
import type { UsageAnswer } from '../../../src/core/usage/parts';
import { createScan } from '../../../src/core/usage/scan/scan';
import { memoryFolder, withTempDir } from '../support/repositories';
import { answerLine, outputs, scanOf, writeTranscript } from './scan/claude';

const inTempDir = (fn: (dir: string) => void | Promise<void>) => () =>
  withTempDir(async (dir) => fn(dir), memoryFolder());

function placesOf(dir: string) {
  return { env: { CLAUDE_CONFIG_DIR: dir }, home: dir, platform: process.platform };
}

/** All that is below a folder, whoever's it is. */
async function measured(dir: string): Promise<UsageAnswer> {
  const meter = createMeter({ readers: [claudeRecords], places: placesOf(dir) });
  const prices = bookOf({ prices: {}, priceDiscounts: {} }, null);
  return meter.ask({ tasks: [], folders: [], prices, timeZone: 'UTC', all: true });
}

/** Claude's reader, but something happens at each line of a file while it is read. */
function readerThat(atLine: () => void): RecordReader {
  assert.equal(claudeRecords.kind, 'lines');
  if (claudeRecords.kind !== 'lines') return claudeRecords;
  const { open, ...rest } = claudeRecords;
  return {
    ...rest,
    open(file) {
      const reader: LineReader = open(file);
      return {
        needles: reader.needles,
        line(bytes, sink) {
          atLine();
          reader.line(bytes, sink);
        },
      };
    },
  };
}

describe('usage: bad input', () => {
  it(
    'a record of gigabytes, most of them nothing: what is before and behind is counted, the line is named',
    inTempDir((dir) => {
      const file = writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 1));
      // A hole: NUL bytes that take no room.
      truncateSync(file, 1.25 * 1024 ** 3);
      const end = openSync(file, 'a');
      writeSync(end, `\n${answerLine('m2', 2)}`);
      closeSync(end);
      const scan = scanOf(dir);
      const before = process.memoryUsage().rss;
      scan.refresh();
      const grown = (process.memoryUsage().rss - before) / 1024 ** 2;
      assert.deepEqual(outputs(scan), { m1: 1, m2: 2 });
      assert.deepEqual(scan.skipped, [{ agent: 'claude', file, line: 2, reason: 'the line is longer than 64 MB' }]);
      assert.ok(grown < 300, `it took ${grown.toFixed(0)} MB more`);
    }),
  ).timeout(60_000);

  it('a file that is deleted while it is read: what was read of it counts, and so do the others', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const file = writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 1) + answerLine('m2', 2));
      writeTranscript(dir, 'b/2.jsonl', answerLine('m3', 3));
      let there = true;
      const reader = readerThat(() => {
        if (there) unlinkSync(file);
        there = false;
      });
      const scan = createScan({ readers: [reader], places: placesOf(dir), log: silentLog });
      scan.refresh();
      scan.refresh();
      assert.equal(there, false);
      assert.deepEqual(outputs(scan), { m1: 1, m2: 2, m3: 3 });
      assert.deepEqual(scan.skipped, []);
    });
  });

  it(
    'clocks that jump: back, far ahead and out of all sense; each answer counts once, on its day or on none',
    inTempDir(async (dir) => {
      const at = (id: string, timestamp: unknown) => answerLine(id, 1, { timestamp });
      const lines = [
        at('m1', '2026-11-02T10:00:00.000Z'),
        at('m2', '2026-11-01T09:00:00.000Z'),
        at('m3', '2126-01-01T00:00:00.000Z'),
        at('m4', '1970-01-01T00:00:00.000Z'),
        at('m5', '+275760-09-13T00:00:00.001Z'),
        at('m6', 'tomorrow'),
        at('m7', -1),
        at('m8', null),
      ];
      writeTranscript(dir, 'a/1.jsonl', lines.join(''));
      const { buckets } = await measured(dir);
      const days = Object.fromEntries(buckets.map(({ day, answers }) => [day ?? 'none', answers]));
      assert.equal(
        buckets.reduce((sum, { answers }) => sum + answers, 0),
        8,
      );
      assert.deepEqual([days['2026-11-01'], days['2026-11-02']], [1, 1]);
      assert.ok((days.none ?? 0) >= 4, JSON.stringify(days));
    }),
  );

  it(
    'numbers below zero, beyond all sense or of no kind never become tokens or money',
    inTempDir(async (dir) => {
      const usage = (value: string) =>
        answerLine('bad', 7).replace('"output_tokens":7', `"output_tokens":${value}`).replace('"bad"', `"${value}"`);
      const values = ['-5', '1e308', '1e999', '0.5', '"12"', 'null', '[]', '{"__proto__":1}', 'true'];
      writeTranscript(dir, 'a/1.jsonl', values.map(usage).join('') + answerLine('good', 3));
      const { buckets, skipped } = await measured(dir);
      const output = buckets.reduce((sum, { tokens }) => sum + tokens.output, 0);
      assert.equal(output, 3);
      for (const { usd } of buckets) assert.ok(usd >= 0 && usd < 1, String(usd));
      for (const { line, file } of skipped) assert.ok(line !== null && file.endsWith('1.jsonl'));
    }),
  );

  it(
    'prototype keys and hostile names of models, sessions and folders are names like others',
    inTempDir(async (dir) => {
      const names = ['__proto__', 'constructor', 'toString', '$(rm -rf ~)', '<script>', '=cmd()', '\u202e\u0000'];
      const line = (name: string, index: number) =>
        answerLine(`m${index}`, 1, { sessionId: name, cwd: `/${name}` }).replace(
          '"claude-opus-5"',
          JSON.stringify(name),
        );
      writeTranscript(dir, 'a/1.jsonl', names.map(line).join(''));
      const { buckets } = await measured(dir);
      assert.deepEqual(
        buckets.map(({ session, priced, answers }) => [session, priced, answers]).sort(),
        names.map((name) => [name, 0, 1]).sort(),
      );
      assert.equal(Object.hasOwn(Object.prototype, 'answers'), false);
    }),
  );
});
