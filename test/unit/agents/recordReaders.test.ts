import { strict as assert } from 'node:assert';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { recordReaders } from '../../../src/core/agents/recordReaders';
import { silentLog } from '../../../src/core/ports';
import type { Answer, RecordScan } from '../../../src/core/usage/scan/answers';
import { createScan } from '../../../src/core/usage/scan/scan';
import { withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';
import { placesAt, realLines, sum } from './recordSupport';

/** Where each agent keeps its real records below a home. */
const places = {
  codex: {
    'codex-resumed':
      '.codex/sessions/2026/11/21/rollout-2026-11-21T20-44-44-01a1ffda-aeff-7ea0-810d-a5a455a8d102.jsonl',
    'codex-parent': '.codex/sessions/2026/11/21/rollout-2026-11-21T20-50-00-01a1ffdf-83a5-7303-8625-fc37b5630027.jsonl',
    'codex-subagent':
      '.codex/sessions/2026/11/21/rollout-2026-11-21T20-50-00-01a1ffdf-8457-7541-b703-d21e753710df.jsonl',
  },
  gemini: {
    'gemini-resumed': '.gemini/tmp/sample/chats/session-2026-11-21T20-44-116c2ef2.jsonl',
    'gemini-subagent': '.gemini/tmp/sample/chats/dba9e846/88e5495f.jsonl',
  },
  copilot: {
    'copilot-resumed': '.copilot/session-state/9f22ca7d-4e6f-40b0-8151-2fd60b72da22/events.jsonl',
    'copilot-subagent': '.copilot/session-state/58f29750-82c2-42c9-ba84-b198554b7a5a/events.jsonl',
  },
} as const;

/** What the stand-in model answered: 12 times to Codex, 9 to Gemini CLI, 12 to Copilot CLI. */
const truth = {
  codex: { input: 30_000, output: 2280, cacheRead: 18_000, reasoning: 720 },
  gemini: { input: 22_500, output: 1710, cacheRead: 13_500, reasoning: 540 },
  copilot: { input: 1440, output: 960, cacheWrite5m: 28_800, cacheRead: 72_000 },
};

const files = Object.entries(Object.assign({}, ...Object.values(places)) as Record<string, string>);

const scanOf = (home: string): RecordScan =>
  createScan({ readers: recordReaders({ customAgents: {} }), places: placesAt(home), log: silentLog });

function sums(scan: RecordScan): object {
  const answers = Array.from({ length: scan.answers.size }, (_, index): Answer => scan.answers.get(index));
  const of = (agent: string) => sum(answers.filter((answer) => answer.agent === agent));
  return { codex: of('codex'), gemini: of('gemini'), copilot: of('copilot') };
}

async function put(home: string, relative: string, text: string): Promise<string> {
  const file = path.join(home, relative);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const textOf = (name: string): string => `${realLines(name).join('\n')}\n`;

describe('the readers of all agents', () => {
  it('find what real agents wrote below a home, each answer once', async () => {
    await withTempDir(async (home) => {
      for (const [name, file] of files) await put(home, file, textOf(name));
      const scan = scanOf(home);
      scan.refresh();
      assert.deepEqual(sums(scan), truth);
      assert.deepEqual(scan.skipped, []);
    });
  });

  it('count nothing twice when records are archived, deleted or written anew', async () => {
    await withTempDir(async (home) => {
      for (const [name, file] of files) await put(home, file, textOf(name));
      const scan = scanOf(home);
      scan.refresh();
      const archived = path.join(home, '.codex/archived_sessions');
      await mkdir(archived);
      const rollout = path.join(home, places.codex['codex-resumed']);
      await rename(rollout, path.join(archived, path.basename(rollout)));
      await rm(path.join(home, places.copilot['copilot-subagent']));
      await put(home, places.gemini['gemini-resumed'], textOf('gemini-resumed').replace('\n', '\n{"$set":{}}\n'));
      scan.refresh();
      assert.deepEqual(sums(scan), truth);
    });
  });

  it('tell the same however the records came, in pieces and mixed', async () => {
    const pieces = fc.array(fc.record({ file: fc.nat(files.length - 1), bytes: fc.integer({ min: 1, max: 9000 }) }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(pieces, async (steps) => {
        await withTempDir(async (home) => {
          const left = files.map(([name]) => Buffer.from(textOf(name)));
          const paths: string[] = [];
          for (const [, file] of files) paths.push(await put(home, file, ''));
          const scan = scanOf(home);
          const append = async (index: number, bytes: number) => {
            const rest = left[index] ?? Buffer.alloc(0);
            await appendFile(paths[index] ?? '', rest.subarray(0, bytes));
            left[index] = rest.subarray(bytes);
            scan.refresh();
          };
          for (const { file, bytes } of steps) await append(file, bytes);
          for (const index of files.keys()) await append(index, Number.MAX_SAFE_INTEGER);
          assert.deepEqual(sums(scan), truth);
          assert.deepEqual(scan.skipped, []);
        });
      }),
      sampled(25),
    );
  });
});
