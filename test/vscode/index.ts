import { readdirSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { cleanUp } from '../harness/cleanup';
import { markLine } from '../harness/markedLines';

/**
 * Called by VS Code inside its extension host. Runs every bundled test file beside this one; where the report goes and
 * which tests run comes by the environment (`SWITCHYARD_RESULTS`, `SWITCHYARD_GREP`).
 */
export async function run(): Promise<void> {
  const root = path.resolve(__dirname, '../..');
  if (process.env.SWITCHYARD_MARKED_LINES) markOutput();
  const grep = process.env.SWITCHYARD_GREP;
  const mocha = new Mocha({
    timeout: 30_000,
    slow: 5_000,
    reporter: require(path.join(root, 'scripts/mochaReporter.cjs')),
    ...(grep === undefined ? {} : { fgrep: grep }),
  });
  for (const file of readdirSync(__dirname).filter((name) => name.endsWith('.test.js'))) {
    mocha.addFile(path.join(__dirname, file));
  }
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  await cleanUp();
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}

/** On the server build the host's console is full of VS Code's own noise: ours is marked, so that it can be told apart. */
function markOutput(): void {
  const original = console;
  const log = (...args: unknown[]) => {
    for (const line of format(...args).split('\n')) original.log(markLine(line));
  };
  // VS Code ignores assignments to `console.log`, silently: so the console itself is replaced.
  globalThis.console = Object.create(original, { log: { value: log } });
  Mocha.reporters.Base.consoleLog = log;
}
