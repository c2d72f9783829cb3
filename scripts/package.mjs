// Builds for production and packages the extension: switchyard-<version>.vsix in the project's root.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './npm.mjs';
import { run } from './processes.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

export const vsixFile = `switchyard-${version}.vsix`;

/** A vsix above this is a packaging mistake (bytes). */
const limit = 3_000_000;

/** @param {string} what @param {string[]} args arguments for Node */
async function step(what, args) {
  const { code, output } = await run(process.execPath, args, { cwd: root, quiet: true, deadlineMs: 180_000 });
  if (code !== 0) throw new Error(`${what} failed:\n${output}`);
}

/**
 * Builds and packages. Keeps the packaged file only when it is within the limit of size.
 * @returns {Promise<string>} the vsix, absolute
 */
export async function packageExtension() {
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    if (!existsSync(path.join(root, file))) console.warn(`${file} is missing: it will not be in the package.`);
  }
  await step('The production build', ['esbuild.mjs', '--production']);
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await step('vsce package', [
    vsce,
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--no-rewrite-relative-links',
    '--out',
    vsixFile,
  ]);
  const file = path.join(root, vsixFile);
  const { size } = statSync(file);
  if (size > limit) {
    throw new Error(
      `${vsixFile} has ${size} bytes, more than ${limit}: find what .vscodeignore or the bundle lets in.`,
    );
  }
  console.log(`Packaged ${vsixFile}: ${(size / 1024).toFixed(0)} KiB`);
  return file;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  ensureDependencies(root)
    .then(packageExtension)
    .catch((error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
}
