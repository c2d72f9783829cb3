import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { commonJs } from '../../../scripts/commandLine.mjs';

const programs = new Map<string, Promise<string>>();
let folder: string | undefined;

/**
 * A program of the tests' own as plain JavaScript in one file, for processes that a test starts and may kill: so one
 * starts in a tenth of the time that translating all of its sources takes.
 * @param file its TypeScript, absolute
 */
export function bundled(file: string): Promise<string> {
  const known = programs.get(file) ?? bundle(file);
  programs.set(file, known);
  return known;
}

async function bundle(file: string): Promise<string> {
  // Programs of two rooms may have one name.
  const outfile = path.join(programsFolder(), `${path.basename(file, '.ts')}-${hashOf(file)}.mjs`);
  if (!existsSync(outfile)) await build(file, outfile);
  return outfile;
}

/** Into place at once: another process of the same run may build the same program now. */
async function build(file: string, outfile: string): Promise<void> {
  const made = `${outfile}.${process.pid}.mjs`;
  await esbuild.build({
    entryPoints: [file],
    outfile: made,
    bundle: true,
    platform: 'node',
    // They may wait at their top level; what is CommonJS in them finds what it expects.
    format: 'esm',
    banner: { js: commonJs },
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  await rename(made, outfile);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/**
 * Where programs are put that tests start: `npm test` names one folder for all processes of a run; a test file that is
 * run alone has one of its own.
 */
export function programsFolder(): string {
  folder ??= process.env.SWITCHYARD_TEST_PROGRAMS ?? temporaryFolder();
  mkdirSync(folder, { recursive: true });
  return folder;
}

function temporaryFolder(): string {
  const made = realpathSync(mkdtempSync(path.join(tmpdir(), 'switchyard-programs-')));
  // Some are started as another user.
  chmodSync(made, 0o755);
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
