import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import promises, { chmod, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { closeGeneration, sweep } from '../../../../src/core/conflicts/scratch/generations';
import { openScratch, type ScratchDeps } from '../../../../src/core/conflicts/scratch/scratch';
import { findRepository } from '../../../../src/core/git/repository';
import { silentLog } from '../../../../src/core/ports';
import { makeRepository, openGit, runGit, testEnvironment, withTempDir } from '../../support/repositories';

const run = promisify(execFile);
const onDisk = (root: string) => path.join(root, '.git', 'switchyard', 'cache', 'scratch');

async function open(root: string, o: Partial<ScratchDeps> = {}) {
  const git = openGit();
  const layout = await findRepository(git, root);
  return openScratch({ layout, log: silentLog, memory: null, ...o });
}

function withOne(fn: (root: string, memory: string, dir: string) => Promise<void>): Promise<void> {
  return withTempDir(async (dir) => {
    const memory = path.join(dir, 'memory');
    await mkdir(memory);
    await fn(await makeRepository(dir), memory, dir);
  });
}

/** Where it is used, and by which generation. */
const here = async (at: { dir: string; generation: string }) => ({ dir: at.dir, generation: at.generation });

describe('scratch: place', () => {
  it('is in memory where that is ours, and belongs to the user alone', function () {
    if (process.platform !== 'linux') this.skip();
    return withOne(async (root, memory) => {
      const { dir, generation } = await (await open(root, { memory })).use(here);
      const own = path.join(memory, `switchyard-${process.geteuid?.()}`);
      assert.equal(path.dirname(path.dirname(dir)), own);
      assert.ok(generation.startsWith(`${path.basename(dir)}-`), generation);
      for (const folder of [own, path.dirname(dir), dir]) assert.equal((await stat(folder)).mode & 0o777, 0o700);
    });
  });

  const unsafe: Record<string, (own: string, dir: string) => Promise<unknown>> = {
    'others may write it': async (own) => {
      await mkdir(own);
      await chmod(own, 0o777);
    },
    'it is a link': async (own, dir) => {
      await mkdir(path.join(dir, 'elsewhere'), { mode: 0o700 });
      await symlink(path.join(dir, 'elsewhere'), own);
    },
    'it is a file': (own) => writeFile(own, ''),
    'it belongs to somebody else': async (own) => {
      await mkdir(own, { mode: 0o700 });
      await run('chown', ['65534:65534', own]);
    },
  };
  for (const [why, make] of Object.entries(unsafe)) {
    it(`is on the disk when the folder in memory is not safe: ${why}`, function () {
      if (process.platform !== 'linux' || (why.includes('belongs') && process.geteuid?.() !== 0)) this.skip();
      return withOne(async (root, memory, dir) => {
        await make(path.join(memory, `switchyard-${process.geteuid?.()}`), dir);
        const at = await (await open(root, { memory })).use(here);
        assert.equal(path.dirname(at.dir), onDisk(root));
        assert.equal((await stat(onDisk(root))).mode & 0o777, 0o700);
      });
    });
  }

  it('is on the disk where there is no memory, or not enough of it', () =>
    withOne(async (root, memory) => {
      assert.equal(path.dirname((await (await open(root)).use(here)).dir), onDisk(root));
      const gone = await open(root, { memory: path.join(memory, 'nothing') });
      assert.equal(path.dirname((await gone.use(here)).dir), onDisk(root));
      const full = await open(root, { memory, limits: { freeToBegin: Number.MAX_SAFE_INTEGER } });
      assert.equal(path.dirname((await full.use(here)).dir), onDisk(root));
    }));

  it('moves to the disk and gives its memory back when memory runs out', function () {
    if (process.platform !== 'linux') this.skip();
    return withOne(async (root, memory) => {
      const { dir } = await (await open(root, { memory })).use(here);
      const full = await open(root, { memory, limits: { freeToGoOn: Number.MAX_SAFE_INTEGER } });
      assert.equal(path.dirname((await full.use(here)).dir), onDisk(root));
      await assert.rejects(stat(dir), { code: 'ENOENT' });
    });
  });

  it('takes objects in and leaves those of the repository alone, whatever its path', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir, { name: 'a "quoted":name;\\ here' });
      const before = await runGit(root, 'count-objects', '-v');
      await (await open(root)).use(async ({ env }) => {
        await writeFile(path.join(dir, 'blob'), 'only in the scratch\n');
        const args = ['hash-object', '-w', path.join(dir, 'blob')];
        const id = (await run('git', args, { cwd: root, env: { ...testEnvironment(), ...env } })).stdout.trim();
        await run('git', ['cat-file', '-e', id], { cwd: root, env: { ...testEnvironment(), ...env } });
        await run('git', ['cat-file', '-e', 'HEAD^{tree}'], { cwd: root, env: { ...testEnvironment(), ...env } });
        await assert.rejects(runGit(root, 'cat-file', '-e', id));
      });
      assert.equal(await runGit(root, 'count-objects', '-v'), before);
    }));

  it('does not make a deleted repository again', () =>
    withOne(async (root) => {
      const scratch = await open(root);
      await rm(root, { recursive: true });
      await assert.rejects(scratch.use(here), { name: 'StoreError', reason: 'failed' });
      await assert.rejects(stat(root), { code: 'ENOENT' });
    }));

  it('gives back the memory of a deleted repository, and of one made anew at its path', function () {
    if (process.platform !== 'linux') this.skip();
    return withOne(async (root, memory, dir) => {
      const first = await (await open(root, { memory })).use(here);
      await rename(root, path.join(dir, 'moved'));
      await makeRepository(dir);
      const scratch = await open(root, { memory, limits: { tendMs: 0 } });
      const second = await scratch.use(here);
      assert.notEqual(path.dirname(second.dir), path.dirname(first.dir));
      await scratch.use(here);
      const left = (await readdir(path.dirname(path.dirname(second.dir)))).filter((name) => !name.startsWith('.'));
      assert.deepEqual(left, [path.basename(path.dirname(second.dir))]);
    });
  });
});

describe('scratch: generations', () => {
  /** Whoever begins now has one number to give, whatever the time is. */
  async function openOnClosed(root: string) {
    const scratch = await open(root);
    await closeGeneration((await scratch.use(here)).dir);
    return scratch;
  }

  it('are kept between runs', () =>
    withOne(async (root) => {
      const first = await (await open(root)).use(here);
      assert.deepEqual(await (await open(root)).use(here), first);
    }));

  it('are the same for all who begin at the same time', () =>
    withOne(async (root) => {
      const scratches = await Promise.all(Array.from({ length: 8 }, () => open(root)));
      await openOnClosed(root);
      const used = await Promise.all(scratches.map((scratch) => scratch.use(here)));
      assert.equal(new Set(used.map(({ generation }) => generation)).size, 1);
      assert.equal((await readdir(onDisk(root))).length, 2, 'the closed one and theirs');
    }));

  it('end with the power: what was not yet on the disk then is empty, and would be taken for written', () =>
    withOne(async (root) => {
      const scratch = await open(root);
      const { dir, generation } = await scratch.use(here);
      await writeFile(path.join(dir, 'id'), `${generation.split('-')[1]} ${Date.now() / 1000 - 10 * 365 * 86_400}`);
      assert.notEqual((await scratch.use(here)).dir, dir);
    }));

  it('heal when a part was deleted', () =>
    withOne(async (root) => {
      const scratch = await open(root);
      for (const part of ['id', 'users', 'objects']) {
        const { dir } = await scratch.use(here);
        await rm(path.join(dir, part), { recursive: true });
        await scratch.use((at) => stat(path.join(at.dir, 'objects')));
      }
    }));

  it('follow one another when one has grown too large; the old one goes when nobody uses it', () =>
    withOne(async (root) => {
      const scratch = await open(root, { limits: { disk: 1000, tendMs: 0 } });
      await scratch.use(async ({ dir }) => {
        await mkdir(path.join(dir, 'objects', 'aa'));
        await writeFile(path.join(dir, 'objects', 'aa', 'object'), Buffer.alloc(5000));
      });
      // One more use finds the size, the next has the new generation, and the one after that removes the old one.
      await scratch.use(async (old) => {
        while ((await scratch.use(here)).generation === old.generation);
        await scratch.use(here);
        await stat(path.join(old.dir, 'objects', 'aa', 'object'));
      });
      const next = await scratch.use(here);
      await scratch.use(here);
      assert.deepEqual(await readdir(onDisk(root)), [path.basename(next.dir)]);
    }));

  it('survive a use in another process, and not one that was killed', () =>
    withOne(async (root, _memory, dir) => {
      const script = path.join(dir, 'user.mjs');
      const module = path.resolve('src/core/conflicts/scratch/generations.ts');
      await writeFile(
        script,
        `import { holdCurrent } from ${JSON.stringify(module)};
         const held = await holdCurrent(process.argv[2]);
         console.log(held.dir);
         setInterval(() => undefined, 1000);`,
      );
      const scratch = await open(root, { limits: { tendMs: 0 } });
      const { dir: used } = await scratch.use(here);
      const child = execFile(process.execPath, ['--import', 'tsx', script, onDisk(root)]);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      try {
        await new Promise((resolve) => child.stdout?.once('data', resolve));
        await closeGeneration(used);
        for (let i = 0; i < 3; i += 1) assert.notEqual((await scratch.use(here)).dir, used);
        await stat(used);
      } finally {
        child.kill('SIGKILL');
        await ended;
      }
      for (let i = 0; i < 3; i += 1) await scratch.use(here);
      await assert.rejects(stat(used), { code: 'ENOENT' });
    }));

  it('heal when all was deleted, also under a use', () =>
    withOne(async (root) => {
      const scratch = await open(root);
      const first = await scratch.use(here);
      await rm(path.join(root, '.git', 'switchyard'), { recursive: true });
      const second = await scratch.use(async (at) => {
        await rm(onDisk(root), { recursive: true });
        return here(at);
      });
      const third = await scratch.use(here);
      await stat(path.join(third.dir, 'objects'));
      // Never the same name twice: what was in it is gone.
      assert.equal(new Set([first.generation, second.generation, third.generation]).size, 3);
    }));

  /** What others do while this process is about to give a generation its name, or was just refused. */
  async function atFirstRename(around: (own: () => Promise<void>) => Promise<void>, run: () => Promise<void>) {
    const real = promises.rename;
    const set = (to: typeof real) => {
      promises.rename = to;
      syncBuiltinESMExports();
    };
    set((from, to) => {
      set(real);
      return around(() => real(from, to));
    });
    try {
      await run();
    } finally {
      set(real);
    }
  }

  /** Somebody else uses a generation up, begins the next one and removes the first. */
  async function useUp(root: string, dir: string): Promise<void> {
    await closeGeneration(dir);
    await (await open(root)).use(here);
    await sweep(onDisk(root), { all: false });
    await assert.rejects(stat(dir), { code: 'ENOENT' });
  }

  it('begin also when the one that another made first is gone again', () =>
    withOne(async (root) => {
      const scratch = await openOnClosed(root);
      const meanwhile = async (own: () => Promise<void>) => {
        const other = await (await open(root)).use(here);
        const refused = await own().then(
          () => null,
          (error: Error) => error,
        );
        assert.ok(refused !== null);
        await useUp(root, other.dir);
        throw refused;
      };
      await atFirstRename(meanwhile, async () => {
        const { dir } = await scratch.use(here);
        assert.deepEqual(await readdir(onDisk(root)), [path.basename(dir)]);
      });
    }));

  it('are not used when made by an old list: their number was another one before, and somebody may remove that', () =>
    withOne(async (root) => {
      const scratch = await openOnClosed(root);
      let old = '';
      const meanwhile = async (own: () => Promise<void>) => {
        const other = await (await open(root)).use(here);
        old = other.dir;
        await useUp(root, old);
        await own();
      };
      await atFirstRename(meanwhile, async () => {
        const { dir } = await scratch.use(here);
        await stat(old);
        assert.equal(path.basename(dir), String(Number(path.basename(old)) + 1));
      });
    }));

  it('are never removed under their users, however many come and go and close them', () =>
    withOne(async (root) => {
      const scratches = await Promise.all(
        Array.from({ length: 6 }, () => open(root, { limits: { disk: -1, tendMs: 0 } })),
      );
      const seen = new Set<string>();
      await Promise.all(
        scratches.map(async (scratch) => {
          for (let turn = 0; turn < 25; turn += 1) {
            await scratch.use(async ({ dir, generation }) => {
              seen.add(generation);
              const file = path.join(dir, 'objects', `${turn}-${Math.random()}`);
              await writeFile(file, '');
              await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
              await stat(file);
            });
          }
        }),
      );
      assert.ok(seen.size > 3, `${seen.size} generations`);
    }));
});
