import assert from 'node:assert/strict';
import path from 'node:path';
import { claudeRecords } from '../../../../src/core/agents/claude/records';
import { recordReaders } from '../../../../src/core/agents/recordReaders';
import { silentLog } from '../../../../src/core/ports';
import type { RecordScan } from '../../../../src/core/usage/scan/answers';
import { filesToHand, type ScanHelper } from '../../../../src/core/usage/scan/helper';
import { createScan } from '../../../../src/core/usage/scan/scan';
import { threadHelper } from '../../../../src/core/usage/threadHelper';
import { memoryFolder, withTempDir } from '../../support/repositories';
import { answerLine, answersOf, scanOf, writeTranscript } from './claude';

const settings = { customAgents: {} };

/** Enough for a helper: answers, some of them in several files, broken lines and much that is no answer. */
function writeMuch(dir: string): void {
  const filler = `${JSON.stringify({ type: 'user', text: 'x'.repeat(200_000) })}\n`;
  for (let file = 0; file < 12; file += 1) {
    const lines = Array.from({ length: 20 }, (_, index) => {
      const key = file * 10 + index;
      return answerLine(`m${key}`, key + (file % 3), { sessionId: `s${file}`, isSidechain: index % 4 === 0 });
    });
    const broken = `${answerLine('x', 1).slice(1)}`;
    writeTranscript(dir, `a/${file}.jsonl`, lines.join('') + broken + filler.repeat(12 + (file % 4)));
  }
}

function told(scan: RecordScan): unknown {
  const answers = answersOf(scan).map((answer) => [answer.key, answer]);
  const skipped = scan.skipped.map(({ file, line, reason }) => [path.basename(file), line, reason].join(' '));
  return { answers: Object.fromEntries(answers), skipped: skipped.sort() };
}

describe('usage scan with a helper', function () {
  this.timeout(60_000);

  const compare = (helperOf: (dir: string) => ScanHelper) =>
    withTempDir(async (dir) => {
      writeMuch(dir);
      const alone = scanOf(dir);
      const { bytes } = alone.refresh();
      const places = { env: { CLAUDE_CONFIG_DIR: dir }, home: dir, platform: process.platform };
      const helper = helperOf(dir);
      const scan = createScan({ readers: recordReaders(settings), places, log: silentLog, helper });
      assert.equal(scan.refresh().bytes, bytes);
      assert.deepEqual(told(scan), told(alone));
      scan.refresh();
      assert.deepEqual(told(scan), told(alone));
    }, memoryFolder());

  it('finds what it finds alone, at first and again', () =>
    compare((dir) =>
      threadHelper(settings, { env: { CLAUDE_CONFIG_DIR: dir }, home: dir, platform: process.platform }),
    ));

  it('reads everything itself when the helper fails', async () => {
    let started = 0;
    await compare(() => ({
      start: (files) => {
        started += files.length;
        return { wait: () => null };
      },
      dismiss: () => assert.fail('There is enough to read.'),
    }));
    assert.ok(started > 0);
    // Readers that the thread does not have.
    await compare((dir) => {
      const there = threadHelper(settings, { env: { CLAUDE_CONFIG_DIR: dir }, home: dir, platform: process.platform });
      return { ...there, start: (files) => there.start(files.map((file) => ({ ...file, agent: 'nobody' }))) };
    });
  });

  it('lets it go when there is little to read', () =>
    withTempDir(async (dir) => {
      writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 1));
      const places = { env: { CLAUDE_CONFIG_DIR: dir }, home: dir, platform: process.platform };
      const helper = threadHelper(settings, places);
      const scan = createScan({ readers: recordReaders(settings), places, log: silentLog, helper });
      scan.refresh();
      assert.equal(scan.answers.size, 1);
    }));

  it('is handed about half of the bytes, and nothing of little', () => {
    const files = Array.from({ length: 50 }, (_, index) => {
      const name = `${index}.jsonl`;
      return {
        agent: claudeRecords.agent,
        reader: 0,
        root: 0,
        path: name,
        relative: name,
        bytes: ((index * 37) % 50) * 1e6,
      };
    });
    const handed = filesToHand(files).reduce((sum, { bytes }) => sum + bytes, 0);
    const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(handed > 0.4 * all && handed < 0.55 * all, `${handed} of ${all}`);
    assert.deepEqual(filesToHand(files.slice(0, 1)), []);
    assert.deepEqual(filesToHand([]), []);
  });
});
