import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { silentLog } from '../../../src/core/ports';
import {
  installLauncher,
  type LauncherOptions,
  posixScript,
  windowsScript,
} from '../../../src/extension/launcher/installLauncher';

describe('the launcher', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "switch'yard $x "));
    mkdirSync(path.join(root, 'dist'));
    writeFileSync(path.join(root, 'dist/cli.js'), 'console.log(JSON.stringify([process.pid, process.argv.slice(2)]))');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const options = (changes: Partial<LauncherOptions> = {}): LauncherOptions => ({
    from: path.join(root, 'dist'),
    storage: path.join(root, 'storage'),
    version: '1.2.3',
    execPath: process.execPath,
    platform: 'linux',
    path: process.env.PATH ?? '',
    inUse: async () => new Set(),
    log: silentLog,
    ...changes,
  });

  it('starts the copied command line, with the arguments as they are', async function () {
    if (process.platform === 'win32') this.skip();
    const { command, dir } = await installLauncher(options());
    assert.equal(command, path.join(dir, 'switchyard'));
    const args = ['run', 'a b/c', '--launch', `it's "x" $HOME`];
    const [, seen] = JSON.parse(execFileSync(command, args, { encoding: 'utf8' })) as [number, string[]];
    assert.deepEqual(seen, args);
  });

  it('keeps its process id, by which a terminal is recognised', async function () {
    if (process.platform === 'win32') this.skip();
    const { command } = await installLauncher(options());
    const out = execFileSync('/bin/sh', ['-c', 'echo $$; exec "$0"', command], { encoding: 'utf8' });
    const [shell, answer = ''] = out.trim().split('\n');
    assert.equal((JSON.parse(answer) as [number])[0], Number(shell));
  });

  it('works when the node it was written for is gone', async function () {
    if (process.platform === 'win32') this.skip();
    const { command } = await installLauncher(options({ execPath: path.join(root, 'no longer there') }));
    const env = { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}` };
    assert.match(execFileSync(command, ['x'], { encoding: 'utf8', env }), /\["x"\]/);
  });

  it('is installed by many windows at once, and again after an update', async () => {
    await Promise.all(Array.from({ length: 8 }, () => installLauncher(options())));
    writeFileSync(path.join(root, 'dist/cli.js'), 'console.log("newer")');
    const { dir } = await installLauncher(options({ version: '1.2.4' }));
    assert.match(readFileSync(path.join(dir, '1.2.4/cli.js'), 'utf8'), /newer/);
    assert.ok(existsSync(path.join(dir, '1.2.3/cli.js')), 'the version that may still run stays');
    assert.match(readFileSync(path.join(dir, 'switchyard'), 'utf8'), /1\.2\.4/);
  });

  it('removes an old version only when no live process names it', async () => {
    const bin = path.join(root, 'storage/bin');
    const old = new Date(Date.now() - 40 * 24 * 3600 * 1000);
    for (const version of ['0.1.0', '0.2.0']) {
      mkdirSync(path.join(bin, version), { recursive: true });
      utimesSync(path.join(bin, version), old, old);
    }
    await installLauncher(options({ inUse: async () => new Set(['0.2.0']) }));
    const deadline = Date.now() + 5000;
    while (existsSync(path.join(bin, '0.1.0'))) {
      assert.ok(Date.now() < deadline, 'the version that nobody uses goes');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.ok(existsSync(path.join(bin, '0.2.0')));
  });

  it('quotes paths for both kinds of script', () => {
    assert.match(posixScript("/o'n", '/c'), /node='\/o'\\''n'/);
    assert.match(windowsScript('C:\\100%\\node.exe', 'D:\\cli.js'), /"C:\\100%%\\node.exe" "D:\\cli.js" %\*/);
  });
});
