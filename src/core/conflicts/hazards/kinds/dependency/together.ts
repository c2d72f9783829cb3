import type { Dependencies, ManifestChange } from './changes';
import { isIn } from './changes';

/** Ecosystems in which several manifests are resolved as one: workspaces and modules of one build. */
const workspaces = new Set(['npm', 'cargo', 'maven', 'gradle']);
/** Small projects of their own, beside the one that is shipped. */
const aside =
  /(?:^|\/)(?:examples?|samples?|templates?|demos?|docs?|website|playgrounds?|benchmarks?|bench|e2e|tests?|sandbox)(?:\/|$)/i;
const managers: Readonly<Record<string, string>> = {
  npm: 'npm',
  yarn: 'npm',
  pnpm: 'npm',
  bun: 'npm',
  cargo: 'cargo',
  poetry: 'python',
  uv: 'python',
  bundler: 'ruby',
  composer: 'composer',
};

/** A manifest with the side that changed it. */
export interface Placed {
  readonly manifest: ManifestChange;
  readonly side: Dependencies;
}

/** Whether two manifests are installed as one, as far as paths tell: two services with a lock file each are not. */
export function together(x: Placed, y: Placed): boolean {
  const [one, other] = [x.manifest, y.manifest];
  if (one.ecosystem !== other.ecosystem) return false;
  if (environment(one) === environment(other)) return true;
  if (!workspaces.has(one.ecosystem) || aside.test(one.folder) || aside.test(other.folder)) return false;
  const [left, right] = [lockFolder(x), lockFolder(y)];
  return left === null || right === null || left === right;
}

/** Python projects have files for several purposes in a folder of their own. */
function environment({ folder }: ManifestChange): string {
  return folder.replace(/(?:^|\/)requirements$/, '');
}

/** The folder of the nearest lock file that the side changed along with the manifest. */
function lockFolder({ manifest, side }: Placed): string | null {
  const folders = side.locks
    .filter(({ next }) => managers[next.manager] === manifest.ecosystem)
    .map(({ folder }) => folder)
    .filter((folder) => isIn(folder, manifest.path));
  return folders.sort((left, right) => right.length - left.length)[0] ?? null;
}
