/** Which files an item is about, by their paths alone: where a file could not be judged, its content says nothing. */

const manifests = new Set([
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'deno.json',
  'deno.lock',
  'pyproject.toml',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'pipfile',
  'pipfile.lock',
  'setup.py',
  'setup.cfg',
  'go.mod',
  'go.sum',
  'go.work',
  'cargo.toml',
  'cargo.lock',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'libs.versions.toml',
  'gradle.lockfile',
  'gemfile',
  'gemfile.lock',
  'composer.json',
  'composer.lock',
]);

/** Says what a project depends on, or is the lock file of that. */
export function isManifest(path: string): boolean {
  const name = nameOf(path);
  return manifests.has(name) || /^(?:requirements|constraints)[^/]*\.(?:txt|in)$/.test(name);
}

/** Lies where migrations lie, or is named like one. */
export function isMigration(path: string): boolean {
  return (
    /(?:^|\/)(?:db_?migrat\w*|migrat\w*|alembic\/versions|changelogs?\/db)\//i.test(path) ||
    /^[vru][\d._]*__\w+\.sql$/i.test(nameOf(path)) ||
    /^\d+[_-].+\.(?:up|down)\.sql$/i.test(nameOf(path))
  );
}

/** Source code that others may use types and functions of. What was made smaller is nobody's source. */
export function isCode(path: string): boolean {
  return /\.(?:[cm]?[jt]sx?|pyi?|go|rs|java)$/i.test(path) && !/\.min\.[cm]?js$/i.test(path);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}
