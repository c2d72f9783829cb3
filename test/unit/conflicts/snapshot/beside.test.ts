import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { addWorktree, commitAll, makeRepository, runGit, testEnvironment } from '../../support/repositories';
import { footprint, look, withRepository } from './support';

const run = promisify(execFile);
const file = 'src/000/file-00000.txt';

describe('snapshots: looking changes nothing', () => {
  it('refs, indexes, files and objects are the same after ten looks at once, and no hook hears of them', () =>
    withRepository(
      (dir) => makeRepository(dir, { files: 120 }),
      async (root, looking, dir) => {
        const linked = await addWorktree(root, path.join(dir, 'linked'), 'side');
        await mkdir(path.join(root, '.git/hooks'), { recursive: true });
        await writeFile(path.join(root, '.git/hooks/post-index-change'), `#!/bin/sh\ntouch "${dir}/hook-ran"\n`);
        await chmod(path.join(root, '.git/hooks/post-index-change'), 0o755);
        await runGit(root, 'config', 'core.untrackedCache', 'true');
        await runGit(root, 'config', 'core.splitIndex', 'true');
        for (const top of [root, linked]) {
          await appendFile(path.join(top, file), 'staged\n');
          await runGit(top, 'add', file);
          await unlink(path.join(dir, 'hook-ran'));
          await appendFile(path.join(top, file), 'changed\n');
          await writeFile(path.join(top, 'new.txt'), 'new\n');
          await unlink(path.join(top, 'src/000/file-00001.txt'));
        }
        // The scratch lies in a folder beside; the repository's own store is made at the first use only.
        const before = new Map([...(await footprint(root)), ...(await footprint(linked))]);
        const others = await Promise.all([looking, look(root, dir), look(root, dir), look(root, dir), look(root, dir)]);
        const taken = await Promise.all(
          others.flatMap((one) => [root, linked].map((top) => one.take(top, { worktrees: [root, linked] }))),
        );
        assert.equal(taken.length, 10);
        assert.deepEqual(
          taken.map((one) => one.unknown),
          Array(10).fill(null),
        );
        assert.equal(new Set(taken.map((one) => one.commit)).size, 1);
        assert.deepEqual(new Map([...(await footprint(root)), ...(await footprint(linked))]), before);
        await assert.rejects(stat(path.join(dir, 'hook-ran')), { code: 'ENOENT' });
      },
    ));

  it('an agent that commits in a loop beside it fails at none of its commands, and no look tells a state that never was', () =>
    withRepository(
      (dir) => makeRepository(dir, { files: 60 }),
      async (root, looking) => {
        await writeFile(path.join(root, '.gitignore'), '*.log\n');
        await commitAll(root, 'ignore logs');
        let ended = false;
        let commands = 0;
        const agent = async () => {
          for (let round = 0; round < 40; round += 1) {
            const log = `${round}.log`;
            await writeFile(path.join(root, log), 'tracked in spite of it\n');
            await appendFile(path.join(root, file), `round ${round}\n`);
            // The editor's own look rewrites the index all the time.
            await runGit(root, 'status', '--porcelain');
            await runGit(root, 'add', '-f', log);
            await runGit(root, 'add', '-A');
            await runGit(root, 'commit', '-q', '-m', `round ${round}`);
            commands += 4;
            // It rests now and then, until somebody saw it.
            if (round % 5 === 4) for (const { length } = seen; seen.length === length; ) await sleep(5);
          }
        };
        const seen: (readonly [string, string])[] = [];
        const unknown = new Map<string, number>();
        const observer = async () => {
          while (!ended) {
            const taken = await looking.take();
            const { commit, head } = taken;
            if (taken.unknown !== null) {
              const words = `${taken.unknown.reason}: ${taken.unknown.detail}`;
              unknown.set(words, (unknown.get(words) ?? 0) + 1);
            } else if (commit !== null && head !== null) seen.push([head, commit]);
          }
        };
        const work = agent().finally(() => {
          ended = true;
        });
        await Promise.all([work, observer(), observer()]);
        assert.equal(commands, 160);
        console.log(`      ${seen.length} looks, unknown: ${JSON.stringify([...unknown])}`);
        assert.deepEqual(
          [...unknown.keys()].filter((words) => words !== 'operation in progress: HEAD moved while it was read'),
          [],
        );
        // A log file that HEAD has is never missing: it was tracked at every moment since.
        for (const [head, commit] of new Map(seen)) {
          const gone = await looking.inScratch('diff-tree', '-r', '--name-only', '--diff-filter=D', head, commit);
          assert.equal(gone, '', `${gone} missing in ${commit}`);
        }
        const last = await looking.take();
        assert.equal(last.commit, await runGit(root, 'rev-parse', 'HEAD'));
        await runGit(root, 'fsck', '--no-dangling');
      },
    ));

  it('sees each change of a file at once, however young the index', () =>
    withRepository(makeRepository, async (root, looking) => {
      for (let round = 0; round < 12; round += 1) {
        const content = String(round).padStart(4, '0');
        // The same size as before, in the moment in which the index was written.
        await writeFile(path.join(root, file), content);
        if (round % 3 === 0) await runGit(root, 'add', '-A');
        if (round % 5 === 0) await runGit(root, 'commit', '-q', '--allow-empty', '-a', '-m', 'young');
        const { commit } = await looking.take();
        assert.equal(await looking.inScratch('cat-file', 'blob', `${commit}:${file}`), content);
        await writeFile(path.join(root, file), 'x'.repeat(4));
        const again = await looking.take();
        assert.equal(await looking.inScratch('cat-file', 'blob', `${again.commit}:${file}`), 'xxxx');
      }
    }));

  it('takes no more than its share of processes when nothing but the times of files changed', () =>
    withRepository(
      (dir) => makeRepository(dir, { files: 300 }),
      async (root, looking) => {
        await looking.take();
        await run('find', ['src', '-type', 'f', '-exec', 'touch', '{}', '+'], { cwd: root, env: testEnvironment() });
        const before = looking.git.started;
        const taken = await looking.take();
        assert.equal(taken.commit, taken.head);
        assert.equal(looking.git.started - before, 1);
      },
    ));
});
