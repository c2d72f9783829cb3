/** Lock files by name, with the manifests that they follow. */
const manifests: Readonly<Record<string, readonly string[]>> = {
  'package-lock.json': ['package.json'],
  'npm-shrinkwrap.json': ['package.json'],
  'yarn.lock': ['package.json'],
  'pnpm-lock.yaml': ['package.json', 'pnpm-workspace.yaml'],
  'bun.lock': ['package.json'],
  'bun.lockb': ['package.json'],
  'deno.lock': ['deno.json', 'deno.jsonc', 'package.json'],
  'Cargo.lock': ['Cargo.toml'],
  'go.sum': ['go.mod'],
  'go.work.sum': ['go.work', 'go.mod'],
  'poetry.lock': ['pyproject.toml'],
  'uv.lock': ['pyproject.toml'],
  'pdm.lock': ['pyproject.toml'],
  'Pipfile.lock': ['Pipfile'],
  'Gemfile.lock': ['Gemfile'],
  'composer.lock': ['composer.json'],
  'gradle.lockfile': ['build.gradle', 'build.gradle.kts'],
  'pubspec.lock': ['pubspec.yaml'],
  'mix.lock': ['mix.exs'],
  'Podfile.lock': ['Podfile'],
};

/** Names of the manifests whose changes a lock file follows; null: it is no lock file. */
export function manifestsOf(path: string): readonly string[] | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return Object.hasOwn(manifests, name) ? (manifests[name] ?? null) : null;
}
