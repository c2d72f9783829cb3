import path from 'node:path';
import { projectRoot } from '../../scripts/provision.mjs';
import { makeFolder } from './cleanup';
import { cleanEnvironment, type Program, startProgram } from './programs';
import { gitEnvironment } from './sampleRepository';

/** Starts the built command line in a repository; ended at clean-up at the latest. @param extra of its environment */
export async function switchyardInBackground(
  root: string,
  extra: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<Program> {
  const env = cleanEnvironment(await makeFolder('home'), { ...gitEnvironment, ...extra });
  const cli = path.join(projectRoot, 'dist/cli.js');
  return startProgram(process.execPath, [cli, '-C', root, ...args], { cwd: root, env });
}

/** Runs the built command line in a repository; fails with what it printed unless it ends with 0. */
export async function switchyard(root: string, ...args: readonly string[]): Promise<string> {
  const program = await switchyardInBackground(root, {}, args);
  const code = await program.waitForExit(60_000);
  if (code !== 0) throw new Error(`switchyard ${args.join(' ')} ended with ${code}:\n${program.output}`);
  return program.output;
}
