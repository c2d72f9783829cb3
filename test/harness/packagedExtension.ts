import path from 'node:path';
import { packageExtension } from '../../scripts/package.mjs';
import { run } from '../../scripts/processes.mjs';
import { projectRoot } from '../../scripts/provision.mjs';
import { makeFolder } from './cleanup';

let packaged: Promise<string> | undefined;

/** The packaged extension: the one `npm test` has just made (SWITCHYARD_VSIX), else packaged now, once a run. */
export function packagedExtension(): Promise<string> {
  const given = process.env.SWITCHYARD_VSIX;
  packaged ??= given === undefined ? packageExtension() : Promise.resolve(given);
  return packaged;
}

/** Packages an extension that only a test needs. @param folder its folder @returns the vsix */
export async function packageFixture(folder: string): Promise<string> {
  const vsix = path.join(await makeFolder('fixture'), `${path.basename(folder)}.vsix`);
  const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');
  const quiet = ['--no-dependencies', '--allow-missing-repository', '--skip-license'];
  const { code, output } = await run(process.execPath, [vsce, 'package', ...quiet, '--out', vsix], {
    cwd: folder,
    quiet: true,
    deadlineMs: 60_000,
  });
  if (code !== 0) throw new Error(`${folder} could not be packaged:\n${output}`);
  return vsix;
}
