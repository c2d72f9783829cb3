import picomatch from 'picomatch';
import type { RequiredPackage } from '../../facts';
import type { Finding, SideFacts } from '../../parts';
import { type Dependencies, folderOf, isIn, type ManifestChange } from './changes';
import { isOf, newImports, uses } from './imports';

/**
 * A package that one side removes and the other newly imports, in a file that the manifest is responsible for. What is
 * only moved to another manifest, or required again by the other side, is no hazard.
 * @param gone the side that removes
 */
export function removedAndUsed(gone: SideFacts, user: SideFacts, theirs: Dependencies, own: Dependencies): Finding[] {
  const kept = new Set([...theirs.manifests, ...own.manifests].flatMap(({ added }) => added.map(({ name }) => name)));
  return theirs.manifests.flatMap((manifest) => {
    // With its manifest, a whole package has gone or moved.
    if (manifest.next === null) return [];
    return manifest.removed
      .filter(({ name, section }) => !kept.has(name) && section !== 'indirect' && section !== 'overrides')
      .filter(({ name }, index, all) => all.findIndex((one) => one.name === name) === index)
      .flatMap((removed) => {
        const use = firstUse(user, manifest, removed);
        return use === null ? [] : [found(gone, user, { manifest, removed, use })];
      });
  });
}

interface ImportedAt {
  readonly path: string;
  readonly line: number;
}

function firstUse(user: SideFacts, manifest: ManifestChange, { name }: RequiredPackage): ImportedAt | null {
  for (const { path, old, next, movedFrom } of user.files) {
    const code = next?.facts.code ?? null;
    if (code === null || movedFrom !== null || !uses(code.language, manifest.ecosystem) || !answersFor(manifest, path))
      continue;
    const before = old?.facts.code ?? null;
    // A file that could not be read before may have imported it all along.
    if (old !== null && before === null) continue;
    const wasThere = before?.imports.some(({ from }) => isOf(manifest.ecosystem, from, name)) ?? false;
    const added = wasThere ? [] : [...newImports(code, before)];
    const use = added.find(([module]) => isOf(manifest.ecosystem, module, name) && !isKept(manifest, module));
    if (use !== undefined) return { path, line: use[1] };
  }
  return null;
}

/** Another package that is still required may bring the same module: `google.cloud`, a group of Maven's. */
function isKept({ ecosystem, next }: ManifestChange, module: string): boolean {
  return next?.packages.some(({ name }) => isOf(ecosystem, module, name)) ?? false;
}

/** Below a workspace's folders, other manifests answer for what is imported. */
function answersFor({ folder, next }: ManifestChange, path: string): boolean {
  if (!isIn(folder, path)) return false;
  const within = folder === '' ? path : path.slice(folder.length + 1);
  const globs = next?.workspaces ?? [];
  if (globs.length === 0) return true;
  const isWorkspace = picomatch(globs.map((glob) => glob.replace(/^\.\//, '').replace(/\/$/, '')));
  for (let at = folderOf(within); at !== ''; at = folderOf(at)) if (isWorkspace(at)) return false;
  return true;
}

function found(
  gone: SideFacts,
  user: SideFacts,
  { manifest, removed, use }: { manifest: ManifestChange; removed: RequiredPackage; use: ImportedAt },
): Finding {
  return {
    kind: 'dependency',
    subject: `removed ${manifest.path} ${removed.name}`,
    message: `${gone.ref} removes ${removed.name} from ${manifest.path}, which ${user.ref} newly imports in ${use.path}.`,
    files: [use.path, manifest.path],
    line: use.line,
    at: 'b',
    prevention: `\`approvedDependencies\` in the plan says whether ${removed.name} stays.`,
  };
}
