// Runs the translated unit tests, each file in a process of its own. Starting git copies the tables of the starting
// process's memory: from one of 200 MB it takes four times as long as from one of 60 MB, and one process for many files
// grows. So nothing that one file leaves behind can be seen by another, either.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { run } from './processes.mjs';

/** The rooms whose files take longest come first, so that no processor is left with one of them at the end. */
const longestRooms = ['conflicts', 'tasks', 'cli', 'worktrees', 'integrate'];

/**
 * @typedef {{name: string, passed: number, failed: number, failures: readonly string[], seconds: number, output: string}} FileResult
 * @param {{root: string, grep: string | undefined, deadlineMs: number, results: string, timeoutMs: number}} options
 *   `results`: the folder for mocha's own report of each file
 * @returns {Promise<{passed: number, failed: number, executed: number, failures: string[]}>} the titles of what failed
 */
export async function runUnitTests({ root, grep, deadlineMs, results, timeoutMs }) {
  const end = performance.now() + deadlineMs;
  const folder = path.join(root, 'out/unit');
  const waiting = readdirSync(folder).filter((file) => file.endsWith('.test.mjs'));
  waiting.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const sum = { passed: 0, failed: 0, executed: 0, failures: [] };
  const one = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile({
        root,
        folder,
        file,
        grep,
        results,
        timeoutMs,
        deadlineMs: end - performance.now(),
      });
      sum.passed += result.passed;
      sum.failed += result.failed;
      sum.executed += result.passed + result.failed;
      sum.failures.push(...result.failures);
      show(result);
    }
  };
  // One more than processors: much of the time they wait for git, or for time.
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism() + 1) }, one));
  return sum;
}

function place(file) {
  const at = longestRooms.indexOf(file.split('.')[0]);
  return at === -1 ? longestRooms.length : at;
}

/** @returns {Promise<FileResult>} a file without a report counts as one failure */
async function runFile({ root, folder, file, grep, results, timeoutMs, deadlineMs }) {
  const name = file.slice(0, -'.test.mjs'.length);
  const report = path.join(results, `${name}.json`);
  const started = performance.now();
  const args = ['--enable-source-maps', 'node_modules/mocha/lib/cli/cli.js', '--no-config', '--exit'];
  args.push('--timeout', String(timeoutMs), '--reporter', './scripts/mochaReporter.cjs');
  if (grep !== undefined) args.push('--fgrep', grep);
  const { code, output, timedOut } = await run(process.execPath, [...args, path.join(folder, file)], {
    cwd: root,
    quiet: true,
    deadlineMs: Math.max(1, deadlineMs),
    env: { ...process.env, SWITCHYARD_REPORTER: 'dot', SWITCHYARD_RESULTS: report },
  });
  const seconds = (performance.now() - started) / 1000;
  const common = { name, seconds, output };
  const failed = (why) => ({ ...common, passed: 0, failed: 1, failures: [`${name}: ${why}`] });
  if (timedOut) return failed('ended at the deadline of its suite');
  let read;
  try {
    read = JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    return failed(`exit ${code}, and no report of its tests (${error.message})`);
  }
  const failures = read.failures.map(({ fullTitle }) => `${name}: ${fullTitle}`);
  if (code !== 0 && failures.length === 0) failures.push(`${name}: exit ${code} although no test failed`);
  return { ...common, passed: read.stats.passes, failed: failures.length, failures };
}

/** A line for a file, with what it printed where that is more than dots: seeds of samples, and failures. */
function show({ name, passed, failed, seconds, output }) {
  if (passed + failed === 0) return;
  console.log(`  ${failed === 0 ? '✔' : '✖'} ${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`);
  const lines = output.split('\n').map((line) => line.replace(/^ *[.,!]+(?= |$)/, ''));
  const said = lines.filter((line) => line.trim() !== '' && !/^ *\d+ (passing|pending)\b/.test(line));
  if (said.length > 0) console.log(said.join('\n'));
}
