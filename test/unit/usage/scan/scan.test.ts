import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { memoryFolder, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { answerLine, answersOf, outputs, scanOf, writeTranscript } from './claude';

const inTempDir = (fn: (dir: string) => void) => () => withTempDir(async (dir) => fn(dir), memoryFolder());

/** The superuser may read everything, and is somebody else for this. */
function asNobody(fn: () => void): void {
  const isSuperuser = process.geteuid?.() === 0;
  if (isSuperuser) process.seteuid?.(65_534);
  try {
    fn();
  } finally {
    if (isSuperuser) process.seteuid?.(0);
  }
}

describe('usage scan', () => {
  it(
    'finds each answer once, wherever it lies',
    inTempDir((dir) => {
      const scan = scanOf(dir);
      assert.deepEqual([scan.refresh().files, scan.answers.size], [0, 0]);
      writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 5) + answerLine('m1', 9) + answerLine('m2', 1));
      const copy = writeTranscript(dir, 'b/2.jsonl', answerLine('m1', 9) + answerLine('m3', 2));
      writeTranscript(dir, 'a/1/subagents/agent-x.jsonl', answerLine('m4', 3, { isSidechain: true }));
      writeTranscript(dir, 'a/1/tool-results/x.jsonl', answerLine('m5', 3));
      const { files, bytes } = scan.refresh();
      assert.equal(files, 3);
      assert.ok(bytes > readFileSync(copy).length);
      assert.deepEqual(outputs(scan), { m1: 9, m2: 1, m3: 2, m4: 3 });
      assert.deepEqual(scan.skipped, []);
    }),
  );

  it(
    'reads on from where it was, and tells what changed',
    inTempDir((dir) => {
      const file = writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 5) + answerLine('m2', 1));
      const scan = scanOf(dir);
      scan.refresh();
      assert.deepEqual(scan.answers.takeChanged(), [0, 1]);
      assert.deepEqual([scan.refresh().bytes, scan.answers.takeChanged()], [0, []]);
      const more = answerLine('m2', 7) + answerLine('m3', 1) + answerLine('m1', 5);
      appendFileSync(file, more);
      assert.equal(scan.refresh().bytes, more.length);
      assert.deepEqual(scan.answers.takeChanged(), [1, 2]);
      assert.deepEqual(outputs(scan), { m1: 5, m2: 7, m3: 1 });
    }),
  );

  it(
    'waits for the rest of a line, also in the middle of a letter',
    inTempDir((dir) => {
      const bytes = Buffer.from(answerLine('m1', 5, { cwd: '/naïve 😀' }));
      const file = writeTranscript(dir, 'a/1.jsonl', '');
      const scan = scanOf(dir);
      for (let at = 0; at < bytes.length; at += 1) {
        assert.equal(scan.answers.size, 0);
        appendFileSync(file, bytes.subarray(at, at + 1));
        if (at % 7 === 0 || bytes[at] === 0xc3) scan.refresh();
      }
      scan.refresh();
      assert.equal(answersOf(scan)[0]?.cwd, '/naïve 😀');
      assert.deepEqual(scan.skipped, []);
    }),
  );

  it('tells the same whatever the order and the pieces in which records come', async () => {
    const lines = Array.from({ length: 24 }, (_, index) =>
      answerLine(`m${index % 5}`, (index * 7) % 11, {
        isSidechain: index % 3 === 0,
        sessionId: `s${index % 4}`,
        timestamp: new Date(1e12 + ((index * 5) % 7) * 1000).toISOString(),
      }),
    );
    const table = (dir: string) => {
      const scan = scanOf(dir);
      scan.refresh();
      const told = answersOf(scan).map(({ file: _file, offset: _offset, ...answer }) => answer);
      return told.sort((a, b) => (a.key < b.key ? -1 : 1));
    };
    await withTempDir(async (parent) => {
      let count = 0;
      const next = () => {
        count += 1;
        return path.join(parent, String(count));
      };
      const all = next();
      writeTranscript(all, 'a/1.jsonl', lines.join(''));
      const expected = table(all);
      const order = fc.shuffledSubarray(lines, { minLength: lines.length });
      fc.assert(
        fc.property(order, fc.nat(24), (shuffled, cut) => {
          const dir = next();
          writeTranscript(dir, 'a/1.jsonl', shuffled.slice(0, cut).join(''));
          writeTranscript(dir, 'b/2.jsonl', shuffled.slice(cut).join(''));
          assert.deepEqual(table(dir), expected);
        }),
        sampled(50),
      );
    }, memoryFolder());
  });

  it(
    'reads a file anew that was truncated, replaced or written anew, and forgets no answer',
    inTempDir((dir) => {
      const file = writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 5) + answerLine('m2', 5));
      const scan = scanOf(dir);
      scan.refresh();
      truncateSync(file, answerLine('m1', 5).length);
      scan.refresh();
      appendFileSync(file, answerLine('m3', 5));
      scan.refresh();
      assert.deepEqual(outputs(scan), { m1: 5, m2: 5, m3: 5 });
      // As long as before, and another.
      writeFileSync(`${file}.new`, answerLine('m4', 5) + answerLine('m5', 5));
      renameSync(`${file}.new`, file);
      scan.refresh();
      writeFileSync(file, answerLine('m6', 5) + answerLine('m7', 5) + answerLine('m8', 5));
      scan.refresh();
      renameSync(file, path.join(dir, 'projects', 'a', '1.old.jsonl'));
      writeFileSync(file, answerLine('m9', 1));
      scan.refresh();
      assert.deepEqual(Object.keys(outputs(scan)).length, 9);
      rmSync(path.join(dir, 'projects'), { recursive: true });
      assert.equal(scan.refresh().files, 0);
      assert.equal(scan.answers.size, 9);
    }),
  );

  it(
    'sees new files in folders that it knows, however soon',
    inTempDir((dir) => {
      const scan = scanOf(dir);
      for (let count = 1; count <= 20; count += 1) {
        writeTranscript(dir, `a${count % 3}/${count}.jsonl`, answerLine(`m${count}`, 1));
        scan.refresh();
        assert.equal(scan.answers.size, count);
      }
    }),
  );

  it('reads a file once that several paths lead to', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      const file = writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 5));
      symlinkSync(file, path.join(dir, 'projects', 'a', '2.jsonl'));
      symlinkSync(path.join(dir, 'projects'), path.join(dir, 'projects', 'a', 'around'));
      symlinkSync(path.join(dir, 'nowhere'), path.join(dir, 'projects', 'a', '3.jsonl'));
      const scan = scanOf(dir);
      assert.equal(scan.refresh().files, 1);
      const link = path.join(dir, 'other');
      symlinkSync(dir, link);
      const linked = scanOf(link);
      linked.refresh();
      assert.deepEqual(outputs(linked), { m1: 5 });
    });
  });

  it(
    'numbers the lines that it skips, and goes on behind them',
    inTempDir((dir) => {
      const broken = `${answerLine('x', 1).slice(0, -20)}\n`;
      const file = writeTranscript(dir, 'a/1.jsonl', `\n{}\n${broken}${answerLine('m1', 1)}`);
      const scan = scanOf(dir);
      scan.refresh();
      appendFileSync(file, `{}\n${broken}${answerLine('m2', 1)}`);
      scan.refresh();
      assert.deepEqual(scan.skipped, [
        { agent: 'claude', file, line: 3, reason: 'it is no whole line of JSON' },
        { agent: 'claude', file, line: 6, reason: 'it is no whole line of JSON' },
      ]);
      assert.deepEqual(outputs(scan), { m1: 1, m2: 1 });
      const [first, second] = answersOf(scan);
      assert.equal(scan.lineOf(file, first?.offset ?? -1), 4);
      assert.equal(scan.lineOf(file, second?.offset ?? -1), 7);
      assert.equal(scan.lineOf(file, 1e9), null);
      assert.equal(scan.lineOf(`${file}x`, 0), null);
      writeFileSync(file, broken.repeat(300));
      scan.refresh();
      assert.equal(scan.skipped.length, 101);
      assert.match(scan.skipped.at(-1)?.reason ?? '', /^200 more/);
    }),
  );

  it(
    'bad input: lines of 50 MB are read, one over 64 MB is skipped with file and line',
    inTempDir((dir) => {
      const content = [{ type: 'text', text: 'x'.repeat(50 * 1024 ** 2) }];
      const big = answerLine('m1', 5).replace('[{"type":"text","text":"x"}]', JSON.stringify(content));
      const file = writeTranscript(dir, 'a/1.jsonl', big);
      const huge = openSync(file, 'a');
      for (let count = 0; count < 65; count += 1) writeSync(huge, 'y'.repeat(1024 ** 2));
      const scan = scanOf(dir);
      scan.refresh();
      assert.deepEqual(outputs(scan), { m1: 5 });
      writeSync(huge, `${answerLine('x', 1)}${answerLine('m2', 6)}`);
      closeSync(huge);
      scan.refresh();
      assert.deepEqual(outputs(scan), { m1: 5, m2: 6 });
      assert.deepEqual(scan.skipped, [{ agent: 'claude', file, line: 2, reason: 'the line is longer than 64 MB' }]);
    }),
  ).timeout(90_000);

  it(
    'bad input: NUL bytes, half-written UTF-8 and bytes of no text harm no other line',
    inTempDir((dir) => {
      const nul = Buffer.alloc(70_000);
      const half = Buffer.from(answerLine('x', 1, { cwd: '/ï' })).subarray(0, 30);
      const noise = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 131) % 256));
      const parts = [Buffer.from(answerLine('m1', 1)), nul, half, Buffer.from('\n'), noise, Buffer.from('\n')];
      writeTranscript(dir, 'a/1.jsonl', Buffer.concat([...parts, Buffer.from(answerLine('m2', 2))]));
      const hole = Buffer.concat([Buffer.from(answerLine('x', 1).slice(0, 150)), nul, Buffer.from(answerLine('y', 2))]);
      writeTranscript(dir, 'a/2.jsonl', Buffer.concat([hole, Buffer.from(answerLine('m3', 3))]));
      const scan = scanOf(dir);
      scan.refresh();
      assert.deepEqual(outputs(scan), { m1: 1, m2: 2, m3: 3 });
      assert.deepEqual(
        scan.skipped.map(({ line }) => line),
        [1],
      );
    }),
  );

  it('bad input: an unreadable folder and file are named, the rest is counted, and they are tried again', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 1));
      const file = writeTranscript(dir, 'b/2.jsonl', answerLine('m2', 1));
      const folder = path.dirname(writeTranscript(dir, 'c/3.jsonl', answerLine('m3', 1)));
      chmodSync(file, 0);
      chmodSync(folder, 0);
      chmodSync(dir, 0o755);
      const scan = scanOf(dir);
      asNobody(() => scan.refresh());
      assert.deepEqual(outputs(scan), { m1: 1 });
      assert.deepEqual(scan.skipped.map((skipped) => skipped.file).sort(), [file, folder].sort());
      chmodSync(file, 0o600);
      chmodSync(folder, 0o700);
      scan.refresh();
      assert.deepEqual([outputs(scan), scan.skipped], [{ m1: 1, m2: 1, m3: 1 }, []]);
    });
  });

  it('bad input: what is no file is not read, and names of any letters are', async function () {
    if (process.platform === 'win32') this.skip();
    await withTempDir(async (dir) => {
      writeTranscript(dir, 'a b/\u00ef "\n.jsonl', answerLine('m1', 1));
      mkdirSync(path.join(dir, 'projects', 'a b', 'folder.jsonl'));
      execFileSync('mkfifo', [path.join(dir, 'projects', 'a b', 'pipe.jsonl')]);
      const scan = scanOf(dir);
      scan.refresh();
      assert.deepEqual([outputs(scan), scan.skipped], [{ m1: 1 }, []]);
    });
  });

  it(
    'is called off between two files, and keeps what it has read',
    inTempDir((dir) => {
      writeTranscript(dir, 'a/1.jsonl', answerLine('m1', 1));
      const scan = scanOf(dir);
      assert.throws(() => scan.refresh(AbortSignal.abort(new Error('enough'))), /enough/);
      scan.refresh();
      assert.deepEqual(outputs(scan), { m1: 1 });
    }),
  );
});
