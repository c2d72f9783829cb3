import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import fc from 'fast-check';
import { answers, isPortFree } from '../../../src/core/tasks/portProbe';
import { assignPorts, blocksFor, portsOf } from '../../../src/core/tasks/ports';
import { makeRepository, withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';
import { withOpen } from './host';

const ref = (task: string) => ({ plan: 'p', task });

/** Listens for the time of `fn`; port 0 takes any. */
async function whileListening(port: number, host: string, fn: (port: number) => Promise<void>): Promise<void> {
  const server: Server = createServer();
  server.listen({ port, host, ipv6Only: true });
  await once(server, 'listening');
  try {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    await fn(address.port);
  } finally {
    server.close();
    await once(server, 'close');
  }
}

describe('ports: blocks of ten', () => {
  it('a path has the same blocks in the same order for ever, each once, below the ephemeral ports', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (worktree) => {
        const all = [...blocksFor(worktree)];
        assert.deepEqual([...blocksFor(worktree)], all);
        assert.equal(new Set(all).size, all.length);
        assert.ok(all.every((first) => first % 10 === 0 && first >= 20_000 && first + 9 < 32_768));
      }),
      sampled(20),
    );
  });

  it('different paths begin at different places', () => {
    const firsts = new Set(Array.from({ length: 100 }, (_, i) => blocksFor(`/worktrees/task-${i}`).next().value));
    assert.ok(firsts.size > 80, `${firsts.size} of 100`);
  });
});

describe('ports: who listens', () => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
    it(`a listener on ${host} takes its port`, async function () {
      try {
        await whileListening(0, host, async (port) => {
          assert.equal(await isPortFree(port), false);
          assert.equal(await answers(port), true);
        });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL') this.skip();
        throw error;
      }
    });
  }

  it('a port that nobody has is free, and asking leaves it so', async () => {
    let free = 0;
    await whileListening(0, '127.0.0.1', async (port) => {
      free = port;
    });
    assert.equal(await isPortFree(free), true);
    assert.equal(await isPortFree(free), true);
    assert.equal(await answers(free), false);
  });
});

describe('ports: given to worktrees', () => {
  it('are stable: asked again, and by another process, they are the same', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const first = await withOpen(root, ({ context }) => assignPorts(context, ref('a'), root));
      assert.equal(first, blocksFor(root).next().value);
      await withOpen(root, async ({ context, store }) => {
        assert.equal(await assignPorts(context, ref('a'), root), first);
        const { events } = await store.events.readTask(ref('a'));
        assert.deepEqual(
          events.map(({ kind }) => kind),
          ['ports'],
        );
      });
    });
  });

  it('Bad input: port taken: a block with a listener on any of its ports is passed over, v4 and v6', async () => {
    for (const host of ['0.0.0.0', '::1']) {
      await withTempDir(async (dir) => {
        const root = await makeRepository(dir);
        const [wanted = 0, next] = [...blocksFor(root)];
        await whileListening(wanted + 7, host, async () => {
          await withOpen(root, async ({ context }) => {
            assert.equal(await assignPorts(context, ref('a'), root), next);
          });
        });
      });
    }
  });

  it("a sibling's block is passed over, also while the sibling is only kept for a restore", async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await withOpen(root, async ({ context, store }) => {
        const [first = 0, second, third] = [...blocksFor(root)];
        const made = { kind: 'worktree-made', worktree: '/elsewhere', branch: 'b', head: 'h' } as const;
        await store.events.appendTask(ref('sibling'), made);
        await store.events.appendTask(ref('sibling'), { kind: 'ports', first });
        assert.equal(await assignPorts(context, ref('a'), root), second);
        const archive = {
          id: 'x',
          ref: 'refs/switchyard/archive/x',
          commit: 'c',
          trash: '/t',
          worktree: '/elsewhere',
          branch: null,
          branchTip: null,
          branchDeleted: false,
          head: null,
          bytes: null,
        };
        await store.events.appendTask(ref('sibling'), { kind: 'cleaned', archive });
        await store.events.appendTask(ref('a'), made);
        assert.equal(await assignPorts(context, ref('b'), root), third);
        await store.events.appendTask(ref('sibling'), { kind: 'archive-deleted', archive: 'x' });
        assert.equal(await assignPorts(context, ref('c'), root), first, 'nobody can come back to it');
      });
    });
  });

  it('twenty at once, through two openings, get twenty blocks', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await withOpen(root, (one) =>
        withOpen(root, async (other) => {
          const firsts = await Promise.all(
            Array.from({ length: 20 }, async (_, i) => {
              const { context, store } = i % 2 === 0 ? one : other;
              // All at one path would be the worst luck.
              const made = { kind: 'worktree-made', worktree: root, branch: `b${i}`, head: 'h' } as const;
              await store.events.appendTask(ref(`t${i}`), made);
              return assignPorts(context, ref(`t${i}`), root);
            }),
          );
          assert.equal(new Set(firsts).size, 20);
        }),
      );
    });
  }).timeout(90_000);

  it('a path through a link is the same place', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await mkdir(path.join(dir, 'x'));
      await symlink(root, path.join(dir, 'x', 'link'), 'junction');
      await withOpen(root, async ({ context }) => {
        assert.equal(await assignPorts(context, ref('a'), path.join(dir, 'x', 'link')), blocksFor(root).next().value);
      });
    });
  });

  it('are ten in a row', () => {
    assert.deepEqual(portsOf(20_010), [20010, 20011, 20012, 20013, 20014, 20015, 20016, 20017, 20018, 20019]);
  });
});
