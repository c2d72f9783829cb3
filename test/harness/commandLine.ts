import path from 'node:path';
import { projectRoot } from '../../scripts/provision.mjs';
import { makeFolder } from './cleanup';
import { cleanEnvironment, startProgram } from './programs';
import { gitEnvironment } from './sampleRepository';

/** Runs the built command line in a repository; fails with what it printed unless it ends with 0. */
export async function switchyard(root: string, ...args: readonly string[]): Promise<string> {
  const env = cleanEnvironment(await makeFolder('home'), gitEnvironment);
  const cli = path.join(projectRoot, 'dist/cli.js');
  const program = startProgram(process.execPath, [cli, '-C', root, ...args], { cwd: root, env });
  const code = await program.waitForExit(60_000);
  if (code !== 0) throw new Error(`switchyard ${args.join(' ')} ended with ${code}:\n${program.output}`);
  return program.output;
}
