import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installLauncher, windowsLauncher } from '../../../src/core/launcher';

const cliText = `process.stdout.write(JSON.stringify({
  pid: process.pid, args: process.argv.slice(2), run: process.env.ELECTRON_RUN_AS_NODE ?? null, file: __filename }));
process.exitCode = 7;`;

interface Outcome {
  readonly code: number | null;
  readonly pid: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function start(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, pid: child.pid, stdout, stderr }));
  });
}

describe('installLauncher', () => {
  let root: string;
  let distDir: string;
  let globalStorage: string;
  const node = { execPath: process.execPath, electron: false };

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'switchyard-launcher-'));
    distDir = path.join(root, 'dist');
    globalStorage = path.join(root, `sto rage 'q' $HOME %PATH% (x)`);
    await mkdir(distDir);
    await writeFile(path.join(distDir, 'cli.js'), cliText);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const install = (version = '1.2.3', extra: Partial<Parameters<typeof installLauncher>[0]> = {}) =>
    installLauncher({ globalStorage, distDir, version, node, leases: async () => [], ...extra });

  it('starts the copied cli under the same process id, with every argument and the exit code as they are', async function () {
    if (process.platform === 'win32') this.skip();
    const { program, cli } = await install();
    const args = ['', 'a b', '$HOME', '%PATH%', `'"`, '--x', 'line\nbreak', '*'];
    const outcome = await start(program, args, process.env);
    const told = JSON.parse(outcome.stdout);
    assert.deepEqual(told.args, args);
    assert.equal(told.pid, outcome.pid);
    assert.equal(told.file, cli);
    assert.equal(outcome.code, 7);
  });

  it('names what a terminal starts as its own process', async () => {
    const { terminal, program, cli } = await install();
    if (process.platform === 'win32') assert.deepEqual(terminal, { command: node.execPath, args: [cli], env: {} });
    else assert.deepEqual(terminal, { command: program, args: [], env: {} });
  });

  it('tells an Electron to be a Node, and no one else', async function () {
    if (process.platform === 'win32') this.skip();
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    const plain = await start((await install()).program, [], env);
    assert.equal(JSON.parse(plain.stdout).run, null);
    const electron = await install('1.2.3', { node: { execPath: process.execPath, electron: true } });
    assert.equal(JSON.parse((await start(electron.program, [], env)).stdout).run, '1');
  });

  it('falls back to the node on PATH when the recorded one is gone', async function () {
    if (process.platform === 'win32') this.skip();
    const gone = { execPath: path.join(root, 'gone', 'node'), electron: true };
    const { program } = await install('1.2.3', { node: gone });
    const PATH = `${path.dirname(process.execPath)}:/usr/bin:/bin`;
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    const outcome = await start(program, ['x'], { ...env, PATH });
    assert.equal(outcome.code, 7);
    assert.equal(JSON.parse(outcome.stdout).run, null);
  });

  it('Bad input: no node anywhere, or one that is too old, says so with exit 3', async function () {
    if (process.platform === 'win32') this.skip();
    const gone = { execPath: path.join(root, 'gone', 'node'), electron: false };
    const { program } = await install('1.2.3', { node: gone });
    const bin = path.join(root, 'bin');
    await mkdir(bin);
    const none = await start('/bin/sh', [program], { PATH: bin });
    assert.equal(none.code, 3);
    assert.match(none.stderr, /no Node\.js 20/);
    await writeFile(path.join(bin, 'node'), '#!/bin/sh\nexit 1\n');
    await chmod(path.join(bin, 'node'), 0o755);
    assert.equal((await start('/bin/sh', [program], { PATH: bin })).code, 3);
  });

  it('ten windows of two versions at once leave a launcher that works and no litter', async function () {
    if (process.platform === 'win32') this.skip();
    const versions = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? '1.0.0' : '2.0.0'));
    const all = await Promise.all(versions.map((version) => install(version)));
    const binDir = all[0]?.binDir ?? '';
    assert.deepEqual((await readdir(binDir)).sort(), ['switchyard', 'switchyard.cmd']);
    assert.equal((await start(path.join(binDir, 'switchyard'), [], process.env)).code, 7);
    for (const version of ['1.0.0', '2.0.0']) {
      assert.deepEqual(await readdir(path.join(globalStorage, 'versions', version)), ['cli.js']);
    }
  });

  it('removes versions that nobody used for a day, except those a lease names', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await install(version);
    const old = new Date(Date.now() - 3 * 24 * 3_600_000);
    for (const version of ['1.0.0', '1.1.0']) await utimes(path.join(globalStorage, 'versions', version), old, old);
    await install('2.0.0', { leases: async () => ['1.1.0'] });
    assert.deepEqual((await readdir(path.join(globalStorage, 'versions'))).sort(), ['1.1.0', '1.2.0', '2.0.0']);
  });

  it('copies hook.js when it was built, and a changed cli.js of the same version', async () => {
    await install();
    await writeFile(path.join(distDir, 'hook.js'), '// hook');
    await writeFile(path.join(distDir, 'cli.js'), '// changed');
    const { cli } = await install();
    assert.deepEqual((await readdir(path.dirname(cli))).sort(), ['cli.js', 'hook.js']);
  });

  it('Bad input: a version that would leave the folder is refused', async () => {
    await assert.rejects(install('../../x'), /cannot name a folder/);
    await assert.rejects(install('..'), /cannot name a folder/);
  });

  it('writes for cmd.exe: percent doubled, the profile through its variable, CRLF, quotes around paths', () => {
    const env = { LOCALAPPDATA: 'C:\\Users\\Jörg\\AppData\\Local' };
    const text = windowsLauncher(
      '1.2.3',
      { execPath: 'c:\\users\\jörg\\appdata\\local\\A 50% & (b)\\Code.exe', electron: true },
      env,
    );
    assert.ok(text.includes('set "SWITCHYARD_NODE_EXE=%LOCALAPPDATA%\\A 50%% & (b)\\Code.exe"\r\n'), text);
    assert.ok(text.includes('set "SWITCHYARD_CLI_JS=%~dp0..\\versions\\1.2.3\\cli.js"\r\n'));
    assert.ok(text.includes('  set "ELECTRON_RUN_AS_NODE=1"\r\n'));
    assert.ok(!/[^\r]\n/.test(text));
  });
});
