// npm test: one command on a fresh clone. Installs what is missing, then runs the suites one after another, each with
// a deadline of its own, and closes with `N passed, N failed`.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './npm.mjs';
import { packageExtension } from './package.mjs';
import { killLiving, killMarked, run, runMarker } from './processes.mjs';
import {
  ensureAgents,
  ensureCcusage,
  ensureChromium,
  ensureDesktop,
  ensureServer,
  ensureVsCode,
  projectRoot,
} from './provision.mjs';
import { runUnitTests } from './unitTests.mjs';

const usage = `npm test -- [options]
  --only a,b     of check, unit, vscode, agents, browser; default: all, in this order
  --grep TEXT    only tests whose full title contains TEXT
  --long         the long tests too (SWITCHYARD_LONG=1)
  --desktop      the vscode suite on the desktop build of VS Code, and nothing else will do`;

const minute = 60_000;

/** All suites together, on a machine of half the usual speed; a long run has eight times as much, and so has each suite. */
const totalMs = 26 * minute;

/**
 * @typedef {{grep: string | undefined, desktop: boolean}} Options
 * @typedef {{passed: number, failed: number, executed: number, failures: readonly string[]}} Counts
 * @typedef {{deadlineMs: number, prepare?: (options: Options) => Promise<unknown>, run: (options: Options, deadlineMs: number) => Promise<Counts>}} Suite
 */

/** @type {Readonly<Record<string, Suite>>} */
const suites = {
  check: { deadlineMs: 4 * minute, run: check },
  unit: { deadlineMs: 14 * minute, prepare: prepareUnit, run: unit },
  vscode: { deadlineMs: 5 * minute, prepare: prepareVsCode, run: insideVsCode },
  agents: {
    deadlineMs: 6 * minute,
    prepare: () => Promise.all([ensureAgents(), ensureServer(), ensureCcusage()]),
    run: (options, ms) => mocha('agents', options, ms),
  },
  browser: { deadlineMs: 14 * minute, prepare: prepareBrowser, run: browser },
};

async function prepareVsCode({ desktop }) {
  if (desktop) {
    await ensureDesktop();
  } else {
    const found = await ensureVsCode();
    if (found.kind === 'server') await ensureChromium();
  }
  const { code, output } = await nodeRun(['esbuild.mjs', '--tests'], { quiet: true, deadlineMs: minute });
  if (code !== 0) throw new Error(`The build failed:\n${output}`);
}

async function prepareBrowser() {
  await Promise.all([ensureServer(), ensureChromium(), ensureAgents()]);
  process.env.SWITCHYARD_VSIX = await packageExtension();
}

/** Runs Node in the project's root. Programs of packages are started as files: their .cmd would need a shell. */
function nodeRun(args, options) {
  return run(process.execPath, args, { cwd: projectRoot, ...options });
}

async function check(_options, deadlineMs) {
  const programs = {
    typecheck: ['node_modules/typescript/bin/tsc', '--noEmit'],
    // Browser code has other globals, hence a configuration of its own.
    'typecheck of the webview': ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'src/webview'],
    // Biome colours its output even where nobody can see colours.
    lint: ['node_modules/@biomejs/biome/bin/biome', 'ci', ...(process.stdout.isTTY ? [] : ['--colors=off']), '.'],
  };
  const counts = { passed: 0, failed: 0, executed: Object.keys(programs).length, failures: [] };
  for (const [name, args] of Object.entries(programs)) {
    const { code, timedOut } = await nodeRun(args, { deadlineMs });
    if (code === 0) {
      console.log(`  ${name} passed`);
      counts.passed += 1;
    } else {
      console.log(`  ${name} failed${timedOut ? ' (deadline)' : ''}`);
      counts.failed += 1;
      counts.failures.push(`check: ${name}`);
    }
  }
  return counts;
}

async function unit({ grep }, deadlineMs) {
  // A test that hangs is ended; one that is slow because the machine is may take ten times what it takes alone.
  const timeoutMs = process.env.SWITCHYARD_LONG ? 15 * minute : minute;
  const results = path.join(projectRoot, 'out/results/unit');
  return runUnitTests({ root: projectRoot, grep, deadlineMs, results, timeoutMs });
}

async function prepareUnit() {
  const { code, output } = await nodeRun(['scripts/buildUnitTests.mjs'], { quiet: true, deadlineMs: minute });
  if (code !== 0) throw new Error(`Translating the unit tests failed:\n${output}`);
  process.env.SWITCHYARD_TEST_PROGRAMS = path.join(projectRoot, 'out/unit/programs');
}

/** Most files beside each other: much of the time they wait for windows. What measures times comes after them, alone. */
async function browser(options, deadlineMs) {
  const end = performance.now() + deadlineMs;
  const beside = await mocha('browser', options, deadlineMs, {
    report: 'browser',
    args: ['--ignore', 'test/browser/alone/*.ts', '--parallel', '--jobs', '2'],
  });
  const alone = await mocha('browser', options, Math.max(1_000, end - performance.now()), {
    report: 'browser-alone',
    args: ['--ignore', 'test/browser/*.ts'],
  });
  return add(beside, alone);
}

function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    executed: a.executed + b.executed,
    failures: [...a.failures, ...b.failures],
  };
}

/** @param {{report: string, args: readonly string[]}} more */
function mocha(suite, options, deadlineMs, more = { report: suite, args: [] }) {
  const args = [
    ...['node_modules/mocha/bin/mocha.js', '--config', `test/${suite}/.mocharc.json`],
    ...['--reporter', './scripts/mochaReporter.cjs'],
    ...(options.grep === undefined ? [] : ['--fgrep', options.grep]),
    ...more.args,
  ];
  return counted(more.report, args, deadlineMs);
}

function insideVsCode(options, deadlineMs) {
  const args = ['--import', 'tsx', 'test/vscode/run.ts', ...(options.desktop ? ['--desktop'] : [])];
  return counted('vscode', args, deadlineMs, options.grep === undefined ? {} : { SWITCHYARD_GREP: options.grep });
}

/** Runs a suite and reads its counts from the report mocha wrote; a run without one counts as one failure. */
async function counted(suite, args, deadlineMs, env = {}) {
  const report = path.join(projectRoot, 'out/results', `${suite}.json`);
  rmSync(report, { force: true });
  mkdirSync(path.dirname(report), { recursive: true });
  const { code, timedOut } = await nodeRun(args, {
    deadlineMs,
    env: { ...process.env, ...env, SWITCHYARD_RESULTS: report },
  });
  let read;
  try {
    read = JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    const why = timedOut ? `ended at its deadline of ${Math.round(deadlineMs / 1000)} s` : error.message;
    return { passed: 0, failed: 1, executed: 1, failures: [`${suite}: no report of its tests (${why})`] };
  }
  const passed = read.stats.passes;
  const failures = read.failures.map(({ fullTitle }) => `${suite}: ${fullTitle}`);
  if (code !== 0 && failures.length === 0) failures.push(`${suite}: exit ${code} although no test failed`);
  return { passed, failed: failures.length, executed: passed + failures.length, failures };
}

/** @param {string} name @param {Options} options @param {number} deadlineMs @returns {Promise<Counts>} */
async function runSuite(name, options, deadlineMs) {
  const suite = suites[name];
  const started = performance.now();
  console.log(`\n=== ${name} ===`);
  let counts;
  try {
    await suite.prepare?.(options);
    counts = await suite.run(options, deadlineMs);
  } catch (error) {
    console.error(error.message);
    counts = { passed: 0, failed: 1, executed: 1, failures: [`${name}: ${error.message.split('\n')[0]}`] };
  }
  if (counts.executed === 0 && options.grep === undefined) {
    counts = add(counts, { passed: 0, failed: 1, executed: 0, failures: [`${name}: executed no test`] });
  }
  const left = killMarked(runMarker, process.env[runMarker]);
  if (left > 0) console.log(`  ${name}: ended ${left} processes it had left running`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`--- ${name}: ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`);
  return counts;
}

class UsageError extends Error {}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      grep: { type: 'string' },
      long: { type: 'boolean', default: false },
      desktop: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const names = values.only === undefined ? Object.keys(suites) : values.only.split(',');
  const unknown = names.find((name) => !Object.hasOwn(suites, name));
  if (unknown !== undefined) throw new UsageError(`There is no suite "${unknown}".`);
  return { ...values, names: Object.keys(suites).filter((name) => names.includes(name)) };
}

async function main() {
  const { names, grep, long, desktop } = readOptions();
  await ensureDependencies(projectRoot);
  if (long) process.env.SWITCHYARD_LONG = '1';
  const factor = long ? 8 : 1;
  const end = performance.now() + totalMs * factor;
  let sum = { passed: 0, failed: 0, executed: 0, failures: [] };
  for (const name of names) {
    const deadlineMs = Math.max(1_000, Math.min(suites[name].deadlineMs * factor, end - performance.now()));
    const counts = await runSuite(name, { grep, desktop }, Math.round(deadlineMs));
    sum = add(sum, counts);
  }
  if (sum.executed === 0) {
    console.log(`No test matches "${grep}".`);
    sum.failed += 1;
  }
  // At the end as well: of a long output, people and machines often keep the end alone.
  if (sum.failures.length > 0) console.log(`\nFailed:\n${sum.failures.map((title) => `  ${title}`).join('\n')}`);
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
  process.exitCode = sum.failed === 0 ? 0 : 1;
}

process.env[runMarker] = randomUUID();
const endAll = () => {
  killLiving();
  killMarked(runMarker, process.env[runMarker]);
};
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => {
    endAll();
    process.exit(code);
  });
}

if (process.argv.includes('--help')) {
  console.log(usage);
} else {
  main().catch((error) => {
    endAll();
    const misused = error instanceof UsageError || error.code?.startsWith?.('ERR_PARSE_ARGS');
    console.error(misused ? `${error.message}\n\n${usage}` : `${error.message}\n\n0 passed, 1 failed`);
    process.exitCode = misused ? 2 : 1;
  });
}
