import type { BytePath } from '../../git/bytePath';

/**
 * Folders that a command makes again, by the name their makers give them; they count only where git ignores them and
 * tracks nothing in them. Short on purpose: a folder that is not in it is merely asked about.
 */
const names = new Set([
  // packages: npm, pnpm and yarn; Bower; Python; CocoaPods; Dart
  ...['node_modules', 'bower_components', '.venv', 'venv', 'Pods', '.dart_tool'],
  // what compilers and bundlers write: Rust, Maven and sbt; Gradle; Xcode; the usual names; frameworks
  ...['target', '.gradle', 'DerivedData', 'build', 'dist', 'out', '.next', '.nuxt', '.svelte-kit'],
  // caches of tools
  ...['__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.tox', '.nox', '.turbo', '.parcel-cache'],
  ...['coverage', '.nyc_output'],
]);

/** The rebuildable folder that an ignored path is or lies in, ending in `/`; null: none. */
export function rebuildableFolder(file: BytePath): string | null {
  const parts = file.split('/');
  const index = parts.slice(0, -1).findIndex((part) => names.has(part));
  return index < 0 ? null : `${parts.slice(0, index + 1).join('/')}/`;
}

/** Whether a path ends in such a name: a link of that name stands for a folder elsewhere. */
export function isRebuildableName(file: BytePath): boolean {
  return names.has(file.slice(file.lastIndexOf('/') + 1));
}
