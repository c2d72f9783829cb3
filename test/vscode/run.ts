// Runs the bundled suite inside a real VS Code: the desktop build, or the npm server build with a headless browser.
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureDesktop, ensureVsCode, projectRoot } from '../../scripts/provision.mjs';
import { launchBrowser } from '../harness/browser';
import { cleanUp, makeFolder } from '../harness/cleanup';
import { markedText } from '../harness/markedLines';
import { makeRepository } from '../harness/sampleRepository';
import { startPayloadServer } from '../harness/vscodeServer';
import { waitFor } from '../harness/waitFor';

const tests = path.join(projectRoot, 'out/vscode/index.js');

/** Everything the window and its extension host wrote, VS Code's own noise included. */
const hostLog = path.join(projectRoot, 'out/results/vscode-host.log');

/** What reaches the extension host besides a clean environment. */
function testEnvironment(): Record<string, string> {
  const names = ['SWITCHYARD_RESULTS', 'SWITCHYARD_GREP', 'SWITCHYARD_LONG', 'SWITCHYARD_REPORTER'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** What the page's automation hooks receive from VS Code (source: `ITestingService` of vscode's web workbench). */
interface ConsoleEntry {
  readonly severity?: string;
  readonly arguments?: string;
}

async function runInServer(folder: string): Promise<number> {
  const [server, browser] = await Promise.all([
    startPayloadServer({ environment: { ...testEnvironment(), SWITCHYARD_MARKED_LINES: '1' } }),
    launchBrowser(),
  ]);
  const page = await (await browser.newContext()).newPage();
  let exit: number | undefined;
  mkdirSync(path.dirname(hostLog), { recursive: true });
  rmSync(hostLog, { force: true });
  // Both have to be there before the page loads.
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    const text = args.map((arg) => (typeof arg === 'string' ? arg : show(arg as ConsoleEntry))).join(' ');
    const ours = markedText(text);
    if (ours !== undefined) console.log(ours);
    appendFileSync(hostLog, `[${type}] ${text}\n`);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => {
    exit = code;
  });
  const remote = (file: string) => `vscode-remote://${server.authority}${encodeURI(file)}`;
  const url = server.windowUrl(folder, [
    ['extensionDevelopmentPath', remote(projectRoot)],
    ['extensionTestsPath', remote(tests)],
    ['skipWelcome', 'true'],
  ]);
  await page.goto(url);
  const ended = await waitFor(
    'the tests inside the extension host end',
    () => (exit === undefined ? undefined : { exit }),
    {
      deadlineMs: 20 * 60_000, // the suite's own deadline is its starter's
      everyMs: 100,
    },
  );
  return ended.exit;
}

function show(entry: ConsoleEntry): string {
  return typeof entry?.arguments === 'string' ? entry.arguments : JSON.stringify(entry);
}

async function runOnDesktop(executable: string, folder: string): Promise<number> {
  const { runTests } = await import('@vscode/test-electron');
  const user = await makeFolder('user');
  const quiet = ['--disable-workspace-trust', '--disable-telemetry', '--disable-updates', '--skip-welcome'];
  const own = [`--user-data-dir=${user}`, `--extensions-dir=${path.join(user, 'extensions')}`];
  return runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: projectRoot,
    extensionTestsPath: tests,
    extensionTestsEnv: testEnvironment(),
    launchArgs: [folder, ...quiet, ...own, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

async function main(): Promise<number> {
  const found = process.argv.includes('--desktop') ? await ensureDesktop() : await ensureVsCode();
  const { root } = await makeRepository({ 'README.md': '# Sample\n', 'src/a.ts': 'export const a = 1;\n' });
  return found.kind === 'desktop' ? runOnDesktop(found.executable, root) : runInServer(root);
}

main()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  })
  .then(async (code) => {
    await cleanUp();
    process.exit(code);
  });
