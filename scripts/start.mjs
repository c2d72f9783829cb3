// npm start: builds, makes a sample repository with a plan of four tasks, and opens a real VS Code on it.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './npm.mjs';
import { packageExtension } from './package.mjs';
import { killLiving, run } from './processes.mjs';
import { ensureVsCode, projectRoot } from './provision.mjs';

const usage = `npm start -- [options]
  --port N       port of the server build on 127.0.0.1 (default 8765)
  --folder DIR   a repository of yours, opened instead of the sample with Workspace Trust on`;

const work = path.join(projectRoot, 'out', 'start');

/** A run before may have left work in the sample: it is opened again as it is, never made anew over it. */
async function sampleRepository() {
  const folder = path.join(work, 'activity-dashboard');
  if (!existsSync(folder)) {
    const { createSampleRepository } = await import('./sampleRepository.mjs');
    mkdirSync(work, { recursive: true });
    await createSampleRepository(folder);
  }
  return folder;
}

/** Settings of the window: quiet, and with the sample no question about trust. They are kept once written. */
function writeSettings(userData, trust) {
  const file = path.join(userData, 'User', 'settings.json');
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  const settings = {
    'security.workspace.trust.enabled': trust,
    'workbench.startupEditor': 'none',
    'telemetry.telemetryLevel': 'off',
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
  };
  writeFileSync(file, JSON.stringify(settings, undefined, 2));
}

async function openDesktop(executable, vsix, userData, folder) {
  const extensions = path.join(work, 'extensions');
  const common = ['--user-data-dir', userData, '--extensions-dir', extensions];
  const program = { deadlineMs: 120_000 };
  await run(executable, [...common, '--install-extension', vsix, '--force'], program);
  console.log(`Opening ${folder} in VS Code.`);
  return run(executable, [...common, '--new-window', '--wait', folder]);
}

async function openServer(server, vsix, userData, folder, port) {
  // A config of ours: without one the server writes its own into the home folder.
  const config = path.join(work, 'config.yaml');
  writeFileSync(config, 'auth: none\n');
  const folders = ['--user-data-dir', userData, '--extensions-dir', path.join(work, 'extensions')];
  const entry = [path.join(server.root, 'out/node/entry.js'), '--config', config, ...folders];
  const { code, output } = await run(server.node, [...entry, '--install-extension', vsix, '--force'], { quiet: true });
  if (code !== 0) throw new Error(`The extension could not be installed in VS Code.\n${output}`);
  const address = new URL(`http://127.0.0.1:${port}/`);
  address.searchParams.set('folder', folder);
  console.log(`\n  Switchyard is ready: open ${address.href}\n  Ctrl-C ends it.\n`);
  const quiet = ['--disable-telemetry', '--disable-update-check'];
  return run(server.node, [...entry, '--bind-addr', `127.0.0.1:${port}`, ...quiet]);
}

async function main() {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '8765' }, folder: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (!/^\d{2,5}$/.test(values.port)) throw new Error(`--port ${values.port} is not a port: give a number.`);
  await ensureDependencies(projectRoot);
  const vscode = await ensureVsCode();
  const vsix = await packageExtension();
  const folder = values.folder === undefined ? await sampleRepository() : path.resolve(values.folder);
  const userData = path.join(work, values.folder === undefined ? 'user-sample' : 'user');
  writeSettings(userData, values.folder !== undefined);
  const { code } =
    vscode.kind === 'server'
      ? await openServer(vscode, vsix, userData, folder, values.port)
      : await openDesktop(vscode.executable, vsix, userData, folder);
  return code;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    killLiving();
    process.exit(130);
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 3;
  },
);
