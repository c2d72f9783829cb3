import type { ManifestFacts } from '../facts';
import type { FactReader } from '../reader';
import { readCargo } from './manifests/cargo';
import { readComposer } from './manifests/composer';
import { readGoMod } from './manifests/goMod';
import { readGradle, readVersionCatalog } from './manifests/gradle';
import { readPackageJson } from './manifests/packageJson';
import { readPom } from './manifests/pom';
import { readPipfile, readPyproject, readRequirements, readSetupCfg } from './manifests/python';
import { readGemfile } from './manifests/ruby';
import { isForeign, textOf } from './text';

type Reader = (text: string) => Omit<ManifestFacts, 'workspaces'> & { workspaces?: readonly string[] };

/** By the file's name. */
const byName: readonly (readonly [RegExp, Reader])[] = [
  [/^package\.json$/, readPackageJson],
  [/^pyproject\.toml$/, readPyproject],
  [/^Pipfile$/, readPipfile],
  [/^setup\.cfg$/, readSetupCfg],
  [/^(?:[\w.-]*[-_.])?(?:requirements|constraints)(?:[-_.][\w.-]*)?\.(?:txt|in)$/, readRequirements],
  [/^go\.mod$/, readGoMod],
  [/^Cargo\.toml$/, readCargo],
  [/^pom\.xml$/, readPom],
  [/^.*\.gradle(?:\.kts)?$/, readGradle],
  [/^.*\.versions\.toml$/, readVersionCatalog],
  [/^(?:Gemfile|gems\.rb|.*\.gemspec)$/, readGemfile],
  [/^composer\.json$/, readComposer],
];

/** `requirements/dev.txt`, as many Python projects have it. */
const requirementsFolder = /(?:^|\/)requirements\/[^/]+\.(?:txt|in)$/;

function readerOf(path: string): Reader | undefined {
  if (isForeign(path)) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    byName.find(([shape]) => shape.test(name))?.[1] ?? (requirementsFolder.test(path) ? readRequirements : undefined)
  );
}

/** Reads what a project depends on from the usual files of eight ecosystems. */
export const readManifest: FactReader<ManifestFacts> = {
  wants: (path) => readerOf(path) !== undefined,
  read: async (path, content) => {
    const read = readerOf(path);
    return read === undefined ? null : { workspaces: [], ...read(textOf(content)) };
  },
};
