// What tests and `npm start` need and npm ci does not bring: Node 24, a VS Code, a browser, the agents' programs.
// All of it lies in one cache outside node_modules, shared by the project's worktrees; each thing is provisioned on
// its own, under a lock, in a staging folder that is renamed when whole: kill -9 half way leaves no half cache.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, npm } from './npm.mjs';
import { run } from './processes.mjs';

export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const nodeVersion = '24.21.0';
const codeServerVersion = '4.139.1';
/** The VS Code inside that code-server; the desktop runs are pinned to the same one. */
export const vscodeVersion = '1.139.1';

/**
 * The agents' programs: package, version, file started, and the step their packages run after installation (run by
 * us, because newer npm versions no longer run install scripts unasked).
 */
const agents = {
  claude: { pkg: '@anthropic-ai/claude-code', version: '2.1.197', bin: 'bin/claude.exe', after: 'install.cjs' },
  codex: { pkg: '@openai/codex', version: '0.169.0', bin: 'bin/codex.js' },
  gemini: { pkg: '@google/gemini-cli', version: '0.61.0', bin: 'bundle/gemini.js' },
  opencode: { pkg: 'opencode-ai', version: '1.18.33', bin: 'bin/opencode.exe', after: 'postinstall.mjs' },
  copilot: { pkg: '@github/copilot', version: '1.0.102', bin: 'npm-loader.js' },
};

/** What the reading of records is measured against: its native program, without the launcher that only chooses it. */
const ccusageVersion = '20.0.24';

export const agentNames = /** @type {const} */ (['claude', 'codex', 'gemini', 'opencode', 'copilot']);

/** The cache's folder. A linked worktree uses the one of the main worktree. */
export function cacheRoot() {
  if (process.env.SWITCHYARD_TEST_CACHE) return path.resolve(process.env.SWITCHYARD_TEST_CACHE);
  return path.join(mainWorktree() ?? projectRoot, '.vscode-test');
}

/** Where the main worktree lies when this is a linked one: read from git's own files, so that no git is needed. */
function mainWorktree() {
  const dotGit = path.join(projectRoot, '.git');
  if (!existsSync(dotGit) || statSync(dotGit).isDirectory()) return undefined;
  const gitDir = /^gitdir: (.+)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1];
  if (gitDir === undefined) return undefined;
  const commonFile = path.resolve(projectRoot, gitDir, 'commondir');
  if (!existsSync(commonFile)) return undefined;
  const common = path.resolve(path.dirname(commonFile), readFileSync(commonFile, 'utf8').trim());
  return path.basename(common) === '.git' ? path.dirname(common) : undefined;
}

/**
 * Makes `<cache>/<name>` once. `install` fills an empty folder; only a whole one gets the name.
 * @param {string} name @param {(staging: string) => Promise<void>} install
 * @param {number} [staleMs] after how long the lock of a killed run is taken over
 * @returns {Promise<string>} the folder
 */
export async function ensure(name, install, staleMs = 30_000) {
  const target = path.join(cacheRoot(), name);
  if (existsSync(target)) return target;
  mkdirSync(cacheRoot(), { recursive: true });
  const { default: lockfile } = await import('proper-lockfile');
  let compromised;
  const release = await lockfile.lock(target, {
    realpath: false, // the target does not exist yet
    stale: staleMs,
    update: staleMs / 6,
    retries: { retries: 600, factor: 1, minTimeout: 1_000 },
    onCompromised: (error) => {
      compromised = error;
    },
  });
  try {
    if (existsSync(target)) return target;
    // We hold the lock: staging folders of this thing are of runs that were killed.
    for (const entry of readdirSync(cacheRoot())) {
      if (entry.startsWith(`.partial-${name}-`))
        rmSync(path.join(cacheRoot(), entry), { recursive: true, force: true });
    }
    const staging = path.join(cacheRoot(), `.partial-${name}-${process.pid}`);
    mkdirSync(staging);
    const started = Date.now();
    console.log(`Provisioning ${name} …`);
    await install(staging);
    if (compromised) throw new Error(`Another run took over while ${name} was being installed: run it again.`);
    renameSync(staging, target);
    console.log(`Provisioned ${name} in ${((Date.now() - started) / 1000).toFixed(0)} s`);
    return target;
  } finally {
    if (!compromised) await release();
  }
}

/** npm install into a folder of its own; scripts never run, what they do is done by us where it is needed. */
async function npmInstall(folder, args) {
  const { code, output } = await npm(
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args],
    {
      cwd: folder,
      quiet: true,
      deadlineMs: 300_000,
    },
  );
  if (code !== 0)
    throw new Error(`npm could not install ${args.join(' ')}: check the network, then run it again.\n${output}`);
}

const isolated = (folder) => writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');

/** Node 24, which the npm server build of VS Code and some agents want. @returns {Promise<string>} the program */
export async function ensureNode24() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  // The package `node` only chooses one of these by an install script.
  const pkg = `node-${platform}-${process.arch}`;
  const program = path.join('node_modules', pkg, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const folder = await ensure(`node-${nodeVersion}`, async (staging) => {
    isolated(staging);
    await npmInstall(staging, [`${pkg}@${nodeVersion}`]);
    if (process.platform !== 'win32') chmodSync(path.join(staging, program), 0o755);
    const { code, output } = await run(path.join(staging, program), ['--version'], { quiet: true, deadlineMs: 20_000 });
    if (code !== 0) throw new Error(`The Node ${nodeVersion} of npm does not start here: ${output}`);
  });
  return path.join(folder, program);
}

/**
 * The npm server build: VS Code's server, browser workbench and real extension host.
 * @returns {Promise<{kind: 'server', root: string, vscode: string, node: string}>}
 */
export async function ensureServer() {
  const [node, folder] = await Promise.all([
    ensureNode24(),
    ensure(`code-server-${codeServerVersion}`, async (staging) => {
      isolated(staging);
      // Without scripts there is no compiler to be had; terminals, watching, git and webviews work all the same.
      await npmInstall(staging, [`code-server@${codeServerVersion}`]);
      const vscode = path.join(staging, 'node_modules/code-server/lib/vscode');
      await npmInstall(vscode, ['--omit=dev']);
      await npmInstall(path.join(vscode, 'extensions'), ['--omit=dev']);
    }),
  ]);
  const root = path.join(folder, 'node_modules/code-server');
  return { kind: 'server', root, vscode: path.join(root, 'lib/vscode'), node };
}

/** Whether a desktop program can show a window here. */
const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/**
 * The desktop build by @vscode/test-electron, from its cache or downloaded; fails within seconds when offline.
 * @returns {Promise<{kind: 'desktop', executable: string}>}
 */
export async function ensureDesktop() {
  if (process.env.SWITCHYARD_VSCODE) return givenVsCode(process.env.SWITCHYARD_VSCODE, 'desktop');
  if (!hasDisplay()) {
    throw new Error('VS Code for the desktop needs a display: set DISPLAY, or run this under `xvfb-run -a`.');
  }
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  const cached =
    existsSync(cacheRoot()) &&
    readdirSync(cacheRoot()).some((name) => name.endsWith(`-${vscodeVersion}`) && name.startsWith('vscode-'));
  if (!cached && !(await reachable('https://update.code.visualstudio.com/'))) {
    throw new Error(
      'VS Code for the desktop cannot be downloaded (update.code.visualstudio.com is not reachable): go online, or set SWITCHYARD_VSCODE to an installed one.',
    );
  }
  const executable = await downloadAndUnzipVSCode({ version: vscodeVersion, cachePath: cacheRoot(), timeout: 15_000 });
  return { kind: 'desktop', executable };
}

async function reachable(url) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(4_000) });
    return true;
  } catch {
    return false; // whatever the reason: there is nothing to download from
  }
}

/** @param {string} given a desktop executable or the folder of a code-server package @param {'desktop' | 'any'} want */
async function givenVsCode(given, want) {
  if (!existsSync(given))
    throw new Error(`SWITCHYARD_VSCODE names ${given}, which does not exist: correct or unset it.`);
  if (statSync(given).isDirectory()) {
    if (want === 'desktop')
      throw new Error('SWITCHYARD_VSCODE names a folder: for the desktop give the VS Code program itself.');
    return { kind: 'server', root: given, vscode: path.join(given, 'lib/vscode'), node: await ensureNode24() };
  }
  return { kind: 'desktop', executable: given };
}

/**
 * A VS Code for the integration suite: one given by path (SWITCHYARD_VSCODE), the desktop build when there is a
 * display and it can be downloaded, the npm server build.
 */
export async function ensureVsCode() {
  if (process.env.SWITCHYARD_VSCODE) return givenVsCode(process.env.SWITCHYARD_VSCODE, 'any');
  if (hasDisplay()) {
    try {
      return await ensureDesktop();
    } catch (error) {
      console.log(`${error.message} Using the server build instead.`);
    }
  }
  return ensureServer();
}

const browserPlaces = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => path.join(folder, 'Google/Chrome/Application/chrome.exe')),
};

/** Chromium: given (SWITCHYARD_CHROMIUM), installed, or installed now on Debian as root. @returns {Promise<string>} */
export async function ensureChromium() {
  const given = process.env.SWITCHYARD_CHROMIUM;
  if (given) {
    if (!existsSync(given))
      throw new Error(`SWITCHYARD_CHROMIUM names ${given}, which does not exist: correct or unset it.`);
    return given;
  }
  const find = () => (browserPlaces[process.platform] ?? []).find((place) => existsSync(place));
  const found = find();
  if (found) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    await aptInstall('chromium');
    const installed = find();
    if (installed) return installed;
  }
  throw new Error(
    'No Chromium or Chrome was found: install one (Debian: `apt-get install chromium`), or set SWITCHYARD_CHROMIUM to its program.',
  );
}

async function aptInstall(name) {
  console.log(`Installing ${name} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update'],
    ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', name],
  ]) {
    const { code, output } = await run('apt-get', ['-q', ...args], { env, quiet: true, deadlineMs: 420_000 });
    if (code !== 0)
      throw new Error(
        `apt-get ${args[0]} failed, so ${name} could not be installed: install it by hand.\n${output.slice(-2000)}`,
      );
  }
}

/**
 * One agent's program at its pinned version.
 * @param {keyof typeof agents} name
 * @returns {Promise<{name: string, version: string, bin: string, program: string}>} `bin` is a folder for PATH that
 *   holds only this agent, `program` its file in there
 */
export async function ensureAgent(name) {
  const { pkg, version, bin, after } = agents[name];
  const node = await ensureNode24();
  const folder = await ensure(`agent-${name}-${version}`, async (staging) => {
    isolated(staging);
    await npmInstall(staging, [`${pkg}@${version}`]);
    const home = path.join(staging, 'node_modules', pkg);
    if (after) {
      const { code, output } = await run(node, [after], { cwd: home, quiet: true, deadlineMs: 120_000 });
      if (code !== 0) throw new Error(`${pkg} could not be set up: ${output}`);
    }
    writeLauncher(staging, name, path.join('node_modules', pkg, bin), node);
  });
  const binFolder = path.join(folder, 'bin');
  return {
    name,
    version,
    bin: binFolder,
    program: path.join(binFolder, process.platform === 'win32' ? `${name}.cmd` : name),
  };
}

/** A launcher that starts the agent with *our* Node 24, whatever `node` means on PATH. Relative: the cache may move. */
function writeLauncher(staging, name, file, node) {
  const script = /\.[cm]?js$/.test(file);
  const nodeFromCache = path.relative(cacheRoot(), node);
  mkdirSync(path.join(staging, 'bin'));
  if (process.platform === 'win32') {
    const start = script ? `"%~dp0..\\..\\${nodeFromCache}" "%~dp0..\\${file}"` : `"%~dp0..\\${file}"`;
    writeFileSync(path.join(staging, 'bin', `${name}.cmd`), `@${start} %*\r\n`);
    return;
  }
  const start = script ? `"$here/../${nodeFromCache}" "$here/${file}"` : `"$here/${file}"`;
  const text = `#!/bin/sh\nhere=$(cd -- "$(dirname -- "$0")/.." && pwd -P)\nexec ${start} "$@"\n`;
  writeFileSync(path.join(staging, 'bin', name), text, { mode: 0o755 });
}

/**
 * ccusage at its pinned version: what our own meter is measured and held against. Not part of anything we ship.
 * @returns {Promise<{version: string, program: string}>}
 */
export async function ensureCcusage() {
  const pkg = `@ccusage/ccusage-${process.platform}-${process.arch}`;
  const program = path.join('node_modules', pkg, 'bin', process.platform === 'win32' ? 'ccusage.exe' : 'ccusage');
  const folder = await ensure(`ccusage-${ccusageVersion}`, async (staging) => {
    isolated(staging);
    await npmInstall(staging, [`${pkg}@${ccusageVersion}`]);
    if (process.platform !== 'win32') chmodSync(path.join(staging, program), 0o755);
    const { code, output } = await run(path.join(staging, program), ['--version'], { quiet: true, deadlineMs: 20_000 });
    if (code !== 0) throw new Error(`ccusage ${ccusageVersion} does not start here: ${output}`);
  });
  return { version: ccusageVersion, program: path.join(folder, program) };
}

/** All agents' programs. @returns {Promise<Array<Awaited<ReturnType<typeof ensureAgent>>>>} */
export function ensureAgents() {
  return Promise.all(agentNames.map((name) => ensureAgent(name)));
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  ensureDependencies(projectRoot)
    .then(() => Promise.all([ensureVsCode(), ensureServer(), ensureChromium(), ensureAgents()]))
    .then(
      ([vscode, , chromium, all]) => {
        console.log(`VS Code   ${vscode.kind === 'server' ? vscode.root : vscode.executable}\nBrowser   ${chromium}`);
        for (const { name, version, program } of all) console.log(`${name.padEnd(9)} ${version} ${program}`);
      },
      (error) => {
        console.error(error.message);
        process.exitCode = 3;
      },
    );
}
