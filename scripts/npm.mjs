// How the scripts call npm, and whether `npm ci` is needed. Plain Node 20: this runs before `npm ci`.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { run } from './processes.mjs';

/** npm's own program, so that Windows needs no shell for `npm.cmd`. */
function npmProgram() {
  const beside = path.dirname(process.execPath);
  const places = [
    process.env.npm_execpath ?? '',
    path.join(beside, 'node_modules/npm/bin/npm-cli.js'),
    path.join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  return places.find((place) => /npm-cli\.c?js$/.test(place) && existsSync(place));
}

/** The environment without what an outer `npm run` put there about *its* package. */
function npmEnvironment() {
  const ours = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix|command)/i.test(name) && name !== 'INIT_CWD',
  );
  return Object.fromEntries(ours);
}

/**
 * Runs npm with arguments.
 * @param {readonly string[]} args @param {{cwd: string, quiet?: boolean, deadlineMs?: number}} options
 */
export function npm(args, options) {
  const program = npmProgram();
  const env = npmEnvironment();
  return program === undefined
    ? run('npm', args, { ...options, env })
    : run(process.execPath, [program, ...args], { ...options, env });
}

/**
 * Whether node_modules holds what package-lock.json says. npm writes its hidden lockfile last, so a half-done
 * installation has none.
 * @param {string} root the project @returns {boolean}
 */
export function dependenciesCurrent(root) {
  const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  let installed;
  try {
    installed = read('node_modules/.package-lock.json');
  } catch {
    return false; // missing or cut off: install
  }
  const wanted = read('package-lock.json');
  const names = Object.keys(wanted).filter((name) => name !== '');
  return (
    names.every(
      (name) => installed[name]?.version === wanted[name].version || (wanted[name].optional && !installed[name]),
    ) && Object.keys(installed).every((name) => name in wanted)
  );
}

/**
 * Installs the project's dependencies when they are missing or old. No package of ours needs its install script.
 * @param {string} root
 */
export async function ensureDependencies(root) {
  if (dependenciesCurrent(root)) return;
  console.log('Installing dependencies (npm ci) …');
  const { code } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root, deadlineMs: 300_000 });
  if (code !== 0) throw new Error('`npm ci` failed: see its output above.');
}
