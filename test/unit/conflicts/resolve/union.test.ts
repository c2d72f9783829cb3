import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { Grammar } from '../../../../src/core/conflicts/hazards/code/grammars';
import { withTree } from '../../../../src/core/conflicts/hazards/code/parse';
import { BlobDiffs } from '../../../../src/core/conflicts/lines/blobDiffs';
import { unionOfImports } from '../../../../src/core/conflicts/resolve/imports/unionOfImports';
import { type Outline, outlineOf } from '../../../../src/core/conflicts/resolve/outline/outline';
import { threeWay } from '../../../../src/core/conflicts/resolve/regions';
import { objectPlace } from '../../../../src/core/conflicts/sides/objects';
import { memoryFolder, runGit, testEnvironment, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { importCommits, type Opened, open } from '../train/support';
import { text } from './support';

interface Three {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** The union of imports of files that conflict, with the diffs of git; null: it takes a human. */
async function unions(grammar: Grammar, all: readonly Three[]): Promise<(string | null)[]> {
  return withTempDir(async (dir) => {
    const opened = await repositoryOf(dir, all);
    const place = objectPlace(opened.layout, opened.at);
    const blobs = await Promise.all(['c0', 'c1', 'c2'].map((ref) => blobsOf(opened.root, ref)));
    const pairs = all.flatMap((_, index) =>
      [1, 2].map((side) => [blobs[0]?.[index] ?? '', blobs[side]?.[index] ?? ''] as const),
    );
    const diffs = await new BlobDiffs(opened.git).of(place, pairs);
    const parse = (code: string) => withTree(grammar, code, outlineOf);
    const made: (string | null)[] = [];
    for (const [index, { base, ours, theirs }] of all.entries()) {
      const edits = threeWay(diffs[2 * index] ?? [], diffs[2 * index + 1] ?? []);
      if (edits.conflicts.length === 0) {
        made.push(null);
        continue;
      }
      const read = async (code: string) => ({
        lines: code.trimEnd().split('\n'),
        outline: (await parse(code)) as Outline,
      });
      const reads = { base: await read(base), ours: await read(ours), theirs: await read(theirs) };
      made.push((await unionOfImports(edits, reads, parse))?.map((line) => `${line}\n`).join('') ?? null);
    }
    return made;
  }, memoryFolder());
}

function repositoryOf(dir: string, all: readonly Three[]): Promise<Opened> {
  const root = path.join(dir, 'repo');
  const files = (version: keyof Three) =>
    new Map(all.map((each, index) => [String(index).padStart(4, '0'), each[version]] as const));
  importCommits(root, [
    { files: files('base'), parents: [] },
    { files: files('ours'), parents: [0] },
    { files: files('theirs'), parents: [0] },
  ]);
  return open(root);
}

async function blobsOf(root: string, ref: string): Promise<string[]> {
  return (await runGit(root, 'ls-tree', '--object-only', ref)).split('\n');
}

async function union(grammar: Grammar, three: Three): Promise<string | null> {
  const [made] = await unions(grammar, [three]);
  return made ?? null;
}

describe('conflicts: the union of imports', () => {
  it('TypeScript: names go into the list, statements behind', async () => {
    const made = await union('typescript', {
      base: text("import { a } from './m';", '', 'run();'),
      ours: text("import { a, b } from './m';", "import { d } from './d';", '', 'run();'),
      theirs: text("import { a, c as x } from './m';", "import * as e from './e';", '', 'run();'),
    });
    assert.equal(
      made,
      text(
        "import { a, b, c as x } from './m';",
        "import { d } from './d';",
        "import * as e from './e';",
        '',
        'run();',
      ),
    );
  });

  it('TypeScript: what one side removed is gone, in a list as well', async () => {
    const made = await union('typescript', {
      base: text("import { a, old } from './m';", "import { z } from './z';", '', 'run();'),
      ours: text("import { a, old, b } from './m';", "import { z } from './z';", '', 'run();'),
      theirs: text("import { a, c } from './m';", '', 'run();'),
    });
    assert.equal(made, text("import { a, b, c } from './m';", '', 'run();'));
  });

  it('TypeScript: of a statement that one side removed and the other extended, what was added stays', async () => {
    const base = text("import { a } from './m';", "import t from './t';", '', 'run();');
    const extended = text("import { b, a } from './m';", "import t from './t';", '', 'run();');
    const replaced = text("import p from './p';", "import t from './t';", '', 'run();');
    const rest = ["import t from './t';", '', 'run();'];
    const [there, back] = ["import { b } from './m';", "import p from './p';"];
    assert.equal(await union('typescript', { base, ours: extended, theirs: replaced }), text(there, back, ...rest));
    assert.equal(await union('typescript', { base, ours: replaced, theirs: extended }), text(back, there, ...rest));
  });

  it('TypeScript: what one side moved to where the other added stands there once', async () => {
    const base = text("import { a } from './m';", "import p from './p';", "import './effect';", '', 'run();');
    const [a, p, t] = ["import { a } from './m';", "import p from './p';", "import t from './t';"];
    const rest = ["import './effect';", '', 'run();'];
    const [added, moved] = [text(a, p, t, ...rest), text(p, a, ...rest)];
    assert.equal(await union('typescript', { base, ours: added, theirs: moved }), text(p, t, a, ...rest));
    assert.equal(await union('typescript', { base, ours: moved, theirs: added }), text(p, a, t, ...rest));
  });

  it('Go: into the block, also where there was none', async () => {
    const head = ['package a', ''];
    const made = await union('go', {
      base: text(...head, 'import "fmt"', '', 'var x = 1'),
      ours: text(...head, 'import (', '\t"fmt"', '', '\t"example.com/b"', ')', '', 'var x = 1'),
      theirs: text(...head, 'import (', '\t"fmt"', '\tyaml "example.com/c"', ')', '', 'var x = 1'),
    });
    const all = ['import (', '\t"fmt"', '', '\t"example.com/b"', '\tyaml "example.com/c"', ')'];
    assert.equal(made, text(...head, ...all, '', 'var x = 1'));
  });

  it('Python: with brackets and without', async () => {
    const made = await union('python', {
      base: text('from m import (', '    a,', ')', 'from n import x', '', 'run()'),
      ours: text('from m import (', '    a,', '    b,', ')', 'from n import x, y', '', 'run()'),
      theirs: text('from m import (', '    a,', '    c,', ')', 'from n import x, z as w', '', 'run()'),
    });
    assert.equal(
      made,
      text('from m import (', '    a,', '    b, c)', 'from n import x, y, z as w', '', 'run()').replace(
        'b, c)',
        'b, c )',
      ),
    );
  });

  it('Rust and Java', async () => {
    const rust = await union('rust', {
      base: text('use a::{b, c};', '', 'fn main() {}'),
      ours: text('use a::{b, c, d::{self, e}};', '', 'fn main() {}'),
      theirs: text('use a::{b, c, f as g};', '', 'fn main() {}'),
    });
    assert.equal(rust, text('use a::{b, c, d::{self, e}, f as g };', '', 'fn main() {}'));
    const java = await union('java', {
      base: text('import a.B;', '', 'class X {}'),
      ours: text('import a.B;', 'import a.C;', '', 'class X {}'),
      theirs: text('import a.B;', 'import static a.D.e;', '', 'class X {}'),
    });
    assert.equal(java, text('import a.B;', 'import a.C;', 'import static a.D.e;', '', 'class X {}'));
  });

  it('property: it loses no import, binds no name twice, and its other lines are those of a clean merge', async () => {
    let united = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(threeFiles, { minLength: 12, maxLength: 12 }), async (all) => {
        const made = await unions('typescript', all);
        const turned = await unions(
          'typescript',
          all.map(({ base, ours, theirs }) => ({ base, ours: theirs, theirs: ours })),
        );
        await withTempDir(async (dir) => {
          for (const [index, three] of all.entries()) {
            const merged = made[index] ?? null;
            const shown = JSON.stringify(three);
            assert.equal(merged === null, (turned[index] ?? null) === null, `the direction must not matter: ${shown}`);
            if (merged === null) continue;
            united += 1;
            assert.deepEqual(bound(merged).sort(), expected(three).sort(), shown);
            const locals = bound(merged).map((each) => each.split(' ').at(-1));
            assert.equal(new Set(locals).size, locals.length, `a name bound twice: ${shown}`);
            assert.equal(withoutImports(merged), mergedWithoutImports(dir, three), shown);
          }
        }, memoryFolder());
      }),
      sampled(6, () => united > 0),
    );
    assert.ok(united > 0, 'no sample was about imports alone');
  });
});

type Side = readonly string[];

/** Names and modules are few, so that sides meet. */
const importLine = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('m', 'n', 'o'),
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 3 }),
    )
    .map(([module, names]) => `import { ${names.map((name) => `${module}_${name}`).join(', ')} } from '${module}';`),
  fc.constantFrom('p', 'q', 'r', 's', 't').map((name) => `import ${name} from '${name}';`),
  fc.constantFrom("import './effect';", "import p from 'other';", "import type { m_a } from 'm';"),
);
const bodyLine = fc.constantFrom('p();', 'q();', 'use(m_a, m_b);', 'n_c(1);', 'o_d(o_e);', 'plain();', 'other();');
const bodyOf = (lines: Side) => ['', 'begin();', '', ...lines.flatMap((line) => [line, '']), 'end();'];

const threeFiles: fc.Arbitrary<Three> = fc
  .record({
    imports: fc.uniqueArray(importLine, { minLength: 1, maxLength: 4 }),
    body: fc.array(bodyLine, { minLength: 1, maxLength: 4 }),
    ours: changes(),
    theirs: changes(),
  })
  .map(({ imports, body, ours, theirs }) => {
    const file = (o: { readonly imports: Side; readonly body: Side }) => text(...o.imports, ...bodyOf(o.body));
    return { base: file({ imports, body }), ours: file(ours(imports, body)), theirs: file(theirs(imports, body)) };
  });

function changes() {
  return fc
    .record({
      add: fc.array(fc.tuple(fc.nat(4), importLine), { minLength: 1, maxLength: 2 }),
      remove: fc.option(fc.nat(3), { freq: 2 }),
      line: fc.option(fc.tuple(fc.nat(4), bodyLine), { freq: 2 }),
    })
    .map(({ add, remove, line }) => (imports: Side, body: Side) => {
      const now = imports.filter((_, index) => index !== remove);
      for (const [at, added] of add) if (!now.includes(added)) now.splice(Math.min(at, now.length), 0, added);
      const lines = [...body];
      if (line !== null) lines.splice(Math.min(line[0], lines.length), 0, line[1]);
      return { imports: now, body: lines };
    });
}

/** What a file imports, one by one: `module name`. */
function bound(code: string): string[] {
  return [...code.matchAll(/^import (type )?(?:\{([^}]*)\}|(\w+)) from '(\w+)';$/gm)].flatMap(
    ([, type = '', list, name = '', module = '']) =>
      (list ?? name)
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
        .map((each) => `${type}${list === undefined ? 'default ' : ''}${module} ${each}`),
  );
}

function expected({ base, ours, theirs }: Three): string[] {
  const [was, mine, others] = [base, ours, theirs].map((each) => new Set(bound(each)));
  const all = new Set([...(mine ?? []), ...(others ?? [])]);
  return [...all].filter((each) => was?.has(each) !== true || (mine?.has(each) === true && others?.has(each) === true));
}

function withoutImports(code: string): string {
  return text(...code.split('\n').filter((line) => !line.startsWith('import ') && line !== ''));
}

/** What git makes of the three without any import. */
function mergedWithoutImports(dir: string, three: Three): string {
  const names = (['ours', 'base', 'theirs'] as const).map((version) => {
    const file = path.join(dir, version);
    // Empty lines keep apart what a clean merge kept apart.
    const lines = three[version].split('\n').filter((line) => !line.startsWith('import '));
    writeFileSync(file, lines.join('\n'));
    return file;
  });
  const { stdout, status } = spawnSync('git', ['merge-file', '-p', ...names], {
    env: testEnvironment(),
    encoding: 'utf8',
  });
  assert.equal(status, 0, 'git cannot merge the other lines');
  return withoutImports(stdout);
}
