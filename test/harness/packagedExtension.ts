import { packageExtension } from '../../scripts/package.mjs';

let packaged: Promise<string> | undefined;

/** The packaged extension: the one `npm test` has just made (SWITCHYARD_VSIX), else packaged now, once a run. */
export function packagedExtension(): Promise<string> {
  const given = process.env.SWITCHYARD_VSIX;
  packaged ??= given === undefined ? packageExtension() : Promise.resolve(given);
  return packaged;
}
