import assert from 'node:assert/strict';
import { coloured, conflictsText, shownName } from '../../../src/cli/conflictsText';
import type {
  Cell,
  ConflictBranch,
  ConflictFile,
  ConflictKind,
  ConflictPair,
  ConflictsJson,
  Hazard,
  UnjudgedFile,
} from '../../../src/contract/conflicts';

const cleanCell: Cell = { verdict: 'clean', reason: null, detail: null, direction: null, driver: null, files: [] };
const file = (path: string, kind: ConflictKind = 'content'): ConflictFile => ({
  path,
  kind,
  who: null,
  type: null,
  candidate: false,
  strategy: null,
});
const conflict = (files: readonly ConflictFile[], more: Partial<Cell> = {}): Cell => ({
  ...cleanCell,
  verdict: 'conflict',
  files,
  ...more,
});
const unknown = (reason: Cell['reason'], detail: string | null = null): Cell => ({
  ...cleanCell,
  verdict: 'unknown',
  reason,
  detail,
});
const branch = (ref: string, more: Partial<ConflictBranch> = {}): ConflictBranch => ({
  ref,
  task: null,
  worktree: `/w/${ref}`,
  head: 'h',
  snapshot: 's',
  scannedAt: 't',
  dirty: false,
  leftOut: [],
  changedFiles: 3,
  live: false,
  changedAt: null,
  ...more,
});

function jsonOf(o: {
  branches: readonly ConflictBranch[];
  pairs?: Record<string, Cell & Partial<Pick<ConflictPair, 'hazards'>>>;
  base?: Record<string, Cell>;
  train?: Record<string, Partial<Cell> & { why?: string }>;
  hazards?: readonly Hazard[];
  unjudged?: readonly UnjudgedFile[];
}): ConflictsJson {
  const refs = o.branches.map(({ ref }) => ref);
  const pairs = refs.flatMap((a, i) =>
    refs.slice(i + 1).map((b) => ({ a, b, hazards: [], checkedAt: 't', ...(o.pairs?.[`${a} ${b}`] ?? cleanCell) })),
  );
  const train = Object.entries(o.train ?? {}).map(([ref, cell]) => {
    const { verdict, reason, detail, files } = { ...cleanCell, ...cell };
    return { ref, verdict, reason, detail, files, why: cell.why ?? 'conflicts with nobody' };
  });
  return {
    base: 'main',
    generatedAt: 't',
    branches: o.branches,
    pairs,
    againstBase: Object.entries(o.base ?? {}).map(([ref, cell]) => ({
      ref,
      base: 'main',
      checkedAt: 't',
      hazards: [],
      ...cell,
    })),
    hazards: o.hazards ?? [],
    unjudged: o.unjudged ?? [],
    mergeOrder: train.map(({ ref }) => ref),
    train,
    timing: { ms: 12.4, gitProcesses: 7, pairs: pairs.length, merged: 3, skipped: 0, cached: 0 },
    by: { pid: 1, window: null, version: '0' },
  };
}

const lines = (...text: string[]) => `${text.join('\n')}\n`;

describe('cli: the table of conflicts', () => {
  it('names hazards with their ids, what would have prevented them, who muted which, and what was not judged', () => {
    const hazard: Hazard = {
      id: '0123456789ab',
      kind: 'migration',
      branches: ['a', 'b'],
      files: ['db/3_a.sql', 'db/3_b.sql'],
      message: 'a adds db/3_a.sql and b adds db/3_b.sql: both have number 3.',
      line: 1,
      at: 'a',
      prevention: '`reserve.migrations` gives each task numbers of its own.',
      muted: null,
    };
    const muted = { reason: 'renamed\u001b[2J when merged', who: 'Ann', at: 't' };
    const text = conflictsText(
      jsonOf({
        branches: [branch('a'), branch('b'), branch('c')],
        pairs: { 'b c': { ...cleanCell, hazards: null } },
        hazards: [hazard, { ...hazard, id: 'ba9876543210', kind: 'write', message: 'Both.', prevention: null, muted }],
        unjudged: [{ ref: 'a', path: 'package.json', why: 'no JSON at line 3' }],
      }),
    );
    const expected = lines(
      'Hazards',
      '  0123456789ab  migration: a adds db/3_a.sql and b adds db/3_b.sql: both have number 3. (db/3_a.sql:1)',
      '    `reserve.migrations` gives each task numbers of its own.',
      '  muted: ba9876543210  write: Both. (db/3_a.sql:1) (Ann: renamed\\u001b[2J when merged)',
      '',
      'Not judged',
      '  b and c: hazards were not looked for',
      '  package.json of a: no JSON at line 3',
    );
    assert.ok(text.includes(expected), text);
    assert.ok(text.includes('3 clean; 1 hazard ('), text);
  });

  it('says who resolves a file, and that what is automated is not proven yet', () => {
    const lock = {
      ...file('package-lock.json'),
      type: 'package lock file',
      who: 'automated',
      candidate: true,
    } as const;
    const main = { ...file('main.ts'), type: 'same function', who: 'human', strategy: 'Choose based on spec' } as const;
    const files = [{ ...lock, strategy: 'Regenerate from scratch' }, main];
    const text = conflictsText(jsonOf({ branches: [branch('a'), branch('b')], pairs: { 'a b': conflict(files) } }));
    assert.ok(
      text.includes(
        lines(
          '     package-lock.json  content  package lock file; perhaps automated: Regenerate from scratch',
          '     main.ts            content  same function; human: Choose based on spec',
        ),
      ),
      text,
    );
  });

  it('tells everything in merge order: the worst, the pairs, what is not known, the preview', () => {
    const json = jsonOf({
      branches: [
        branch('agent/api'),
        branch('agent/page', { dirty: true, changedFiles: 12 }),
        branch('agent/style', { changedFiles: null }),
        branch('main', { changedFiles: 0 }),
      ],
      pairs: {
        'agent/api agent/page': conflict([file('src/one.ts'), file('src/longer name.ts', 'modify/delete')]),
        'agent/page agent/style': unknown('left out', 'big/video.mp4'),
        'agent/api main': conflict([file('gen.txt')], { direction: 'a-into-b', driver: 'union' }),
      },
      base: { 'agent/api': cleanCell, 'agent/page': conflict([], { detail: 'directory d was renamed' }) },
      train: {
        'agent/style': {},
        'agent/api': { why: 'after agent/style (depends on it)' },
        'agent/page': { ...conflict([file('src/one.ts')]), why: '1 conflict, fewest of those left' },
      },
    });
    assert.equal(
      conflictsText(json),
      lines(
        '   branch       worst     files                    why it stands there',
        '1  agent/style  unknown                            conflicts with nobody',
        '2  agent/api    conflict  3                        after agent/style (depends on it)',
        '3  agent/page   conflict  12     uncommitted work  1 conflict, fewest of those left',
        '   main         conflict  0                        not in the merge order',
        '',
        'Conflicts',
        '  agent/api and agent/page',
        '     src/one.ts          content',
        '     src/longer name.ts  modify/delete',
        '  agent/api into main (not the other way round); rests on the merge driver union, which hosting services do not run',
        '     gen.txt  content',
        '  agent/page into base main: directory d was renamed',
        '',
        'Not known',
        '  agent/page and agent/style: left out (big/video.mp4); commit it, or have git ignore it',
        '',
        'Merged in this order onto main',
        '  agent/page conflicts and is left out',
        '     src/one.ts  content',
        '',
        '6 pairs: 2 conflict, 1 unknown, 3 clean (12 ms, 7 git processes)',
      ),
    );
  });

  it('says in one line that all is well', () => {
    const json = jsonOf({ branches: [branch('a'), branch('b')], train: { a: {}, b: {} } });
    assert.equal(
      conflictsText(json),
      lines(
        '   branch  worst  files    why it stands there',
        '1  a       clean  3        conflicts with nobody',
        '2  b       clean  3        conflicts with nobody',
        '',
        'Merged in this order onto main',
        '  all merge cleanly',
        '',
        '1 pair: 0 conflict, 0 unknown, 1 clean (12 ms, 7 git processes)',
      ),
    );
  });

  it('tells once what makes all cells of a side unknown', () => {
    const merging = unknown('operation in progress', 'rebase');
    const json = jsonOf({
      branches: ['a', 'b', 'c', 'd'].map((ref) => branch(ref)),
      pairs: { 'a b': merging, 'a c': merging, 'a d': merging, 'b c': unknown('timeout') },
      base: { a: merging },
    });
    const text = conflictsText(json);
    assert.equal(text.split('\n').filter((line) => line.includes('rebase')).length, 1);
    assert.match(text, /^ {2}a with all others: operation in progress \(rebase\); finish or abort it there$/m);
    assert.match(text, /^ {2}b and c: timeout; run it again when the machine is less busy$/m);
  });

  it('lists twelve files of a cell and counts the rest', () => {
    const files = Array.from({ length: 14 }, (_, i) => file(`f${i}`));
    const text = conflictsText(jsonOf({ branches: [branch('a'), branch('b')], pairs: { 'a b': conflict(files) } }));
    assert.match(text, /f11 {2}content\n {5}and 2 more\n/);
    assert.doesNotMatch(text, /f12/);
  });

  it('hides nothing in names: bytes that are no UTF-8, control characters, line breaks', () => {
    assert.equal(shownName({ path: 'a\nb\t\u001b[31mc\u202e' }), 'a\\nb\\t\\u001b[31mc\\u202e');
    const bytes = Buffer.from([0x61, 0xff, 0x0a, 0x1b]);
    assert.equal(shownName({ path: 'a\ufffd', pathBytes: bytes.toString('base64') }), 'a\\xff\\n\\u001b');
    const text = conflictsText(
      jsonOf({ branches: [branch('a\u001b]0;x\u0007'), branch('b')], train: { 'a\u001b]0;x\u0007': {} } }),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f]/);
  });

  it('colours a word and nothing else: the text is the same without', () => {
    const json = jsonOf({
      branches: [branch('b'), branch('worst')],
      pairs: { 'b worst': conflict([]) },
      train: { worst: {} },
    });
    const colours = conflictsText(json, coloured);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences.
    assert.equal(colours.replace(/\u001b\[\d+m/g, ''), conflictsText(json));
    assert.ok(colours.includes('\u001b[31mconflict\u001b[0m'));
  });

  it('says that there is nothing to compare', () => {
    assert.equal(
      conflictsText(jsonOf({ branches: [] })),
      'Nothing to compare: there is no worktree and no task branch.\n',
    );
  });
});
