import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheRoot, ensure, projectRoot } from '../../../scripts/provision.mjs';
import { waitFor } from '../../harness/waitFor';

describe('the cache of provisioned programs', () => {
  let cache: string;
  const before = process.env.SWITCHYARD_TEST_CACHE;

  beforeEach(() => {
    cache = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'switchyard-cache-')));
    process.env.SWITCHYARD_TEST_CACHE = cache;
  });

  afterEach(() => {
    if (before === undefined) delete process.env.SWITCHYARD_TEST_CACHE;
    else process.env.SWITCHYARD_TEST_CACHE = before;
    rmSync(cache, { recursive: true, force: true });
  });

  /** Another process that provisions "thing": fills it, says so in a log, and hangs before it is whole when asked to. */
  function provisioner(log: string, hangs: boolean): ChildProcess {
    const module = pathToFileURL(path.join(projectRoot, 'scripts/provision.mjs')).href;
    const script = `
      const { ensure } = await import(${JSON.stringify(module)});
      const { appendFileSync, writeFileSync } = await import('node:fs');
      await ensure('thing', async (staging) => {
        writeFileSync(staging + '/part', 'half');
        appendFileSync(${JSON.stringify(log)}, 'installing\\n');
        if (${hangs}) await new Promise((resolve) => setTimeout(resolve, 600_000));
        writeFileSync(staging + '/part', 'whole');
      }, 2_000);`;
    return spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: projectRoot, stdio: 'ignore' });
  }

  it('is where the environment says', () => {
    assert.equal(cacheRoot(), cache);
  });

  it('keeps nothing of an installation that failed', async () => {
    const failing = ensure('thing', async (staging) => {
      writeFileSync(path.join(staging, 'part'), 'half');
      throw new Error('no network');
    });
    await assert.rejects(failing, /no network/);
    const folder = await ensure('thing', async (staging) => writeFileSync(path.join(staging, 'part'), 'whole'));
    assert.equal(readFileSync(path.join(folder, 'part'), 'utf8'), 'whole');
    assert.deepEqual(readdirSync(cache), ['thing']);
  });

  it('takes over after kill -9 half way, and leaves no half cache', async () => {
    const log = path.join(cache, 'log');
    const killed = provisioner(log, true);
    await waitFor('the installation is under way', () => readdirSync(cache).includes('log'));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    assert.ok(!readdirSync(cache).includes('thing'));
    const folder = await ensure('thing', async (staging) => writeFileSync(path.join(staging, 'new'), ''), 2_000);
    assert.deepEqual(readdirSync(folder), ['new']);
    assert.deepEqual(readdirSync(cache).sort(), ['log', 'thing']);
  });

  it('installs once when several runs want it at the same time', async () => {
    const log = path.join(cache, 'log');
    const codes = await Promise.all(
      [1, 2, 3].map(async () => (await once(provisioner(log, false), 'exit'))[0] as number | null),
    );
    assert.deepEqual(codes, [0, 0, 0]);
    assert.equal(readFileSync(log, 'utf8'), 'installing\n');
    assert.equal(readFileSync(path.join(cache, 'thing/part'), 'utf8'), 'whole');
  });
});
