import type { ResolutionType } from '../../../contract/conflicts';
import { lockFormat } from './locks';

/** What a file is for, as far as its path says it: the first that holds. */
export type Role = 'lock' | 'sample' | 'settings' | 'schema' | 'test' | 'other';

const testFolder = /(^|\/)(tests?|__tests__|specs?|e2e|cypress|integration[-_]tests?|androidTest)\//i;
const testNames: readonly RegExp[] = [
  /[._-](test|tests|spec|specs|e2e|cy)\.[^.]+$/i,
  /\.it\.[cm]?[jt]sx?$/,
  /(^|\/)test_[^/]+\.py$/,
  /(^|\/)conftest\.py$/,
  /(Tests?|Spec|IT)\.(java|kt|kts|cs|scala|groovy|swift|php)$/,
  /(^|\/)Test[A-Z][^/]*\.(java|kt|py)$/,
  /\.(feature|snap|snapshot)$/,
  /(^|\/)(test|tests|spec)\.[cm]?[jt]sx?$/,
];
const prose = /\.(md|mdx|markdown|rst|adoc|txt)$/i;
/** What tests hold their results against, or feed to what they test. */
const sampleFolder =
  /(^|\/)(__snapshots__|__fixtures__|fixtures?|testdata|test-data|golden|cassettes)\/|\.(snap|golden)$/i;

/** Files with one meaning, wherever they lie. */
const settingsNames: readonly RegExp[] = [
  /(^|\/)(package|tsconfig|jsconfig|composer|bower|lerna|nx|turbo|rush|deno|vercel|now|firebase|app|manifest|angular|project|launch|tasks|settings|extensions|devcontainer|renovate|biome|cspell|global|appsettings)(\.[\w-]+)?\.jsonc?$/i,
  /(^|\/)(pyproject|Cargo|Pipfile|netlify|fly|rustfmt|clippy|rust-toolchain|taplo|wrangler|config)\.toml$/i,
  /(^|\/)(Pipfile|Gemfile|Rakefile|Podfile|Procfile|Brewfile|Vagrantfile|Jenkinsfile|Justfile|CODEOWNERS|CMakeLists\.txt)$/,
  /(^|\/)(go\.(mod|work)|pom\.xml|(build|settings)\.gradle(\.kts)?|gradle\.properties|setup\.(py|cfg)|mix\.exs|pubspec\.yaml|build\.sbt)$/,
  /(^|\/)(application|bootstrap)([-.][\w-]+)*\.(properties|ya?ml)$/,
  /(^|\/)(requirements|constraints)([-_.][\w-]+)*\.(txt|in)$/,
  /(^|\/)requirements\/[^/]+\.(txt|in)$/,
  /(^|\/)([\w.-]+\.)?(Dockerfile|Containerfile)(\.[\w.-]+)?$/i,
  /(^|\/)(GNU)?[mM]akefile(\.[\w-]+)?$|\.mk$/,
  /(^|\/)(docker-)?compose(\.[\w-]+)*\.ya?ml$/i,
  /(^|\/)\.(github|gitlab|circleci|vscode|devcontainer|husky|buildkite|storybook|cargo|config)\//,
  /(^|\/)(azure-pipelines|bitbucket-pipelines|appveyor|cloudbuild|buildspec|codecov|mkdocs|_config|serverless|skaffold)[\w.-]*\.ya?ml$/i,
  /(^|\/)\.[\w-]+\.ya?ml$/,
  /(^|\/)\.(env|envrc)([.-][\w.-]+)?$|\.env$/,
  /(^|\/)\.(editorconfig|gitignore|gitattributes|gitmodules|dockerignore|npmrc|yarnrc|nvmrc|node-version|python-version|tool-versions|flake8|pylintrc|coveragerc|browserslistrc|eslintignore|prettierignore|npmignore)$/,
  /(^|\/)\.[\w-]+rc(\.(json|jsonc|json5|ya?ml|toml|[cm]?js|ts))?$/,
  /\.config\.([cm]?[jt]s|json|ya?ml|toml)$/,
  /(^|\/)(gulpfile|Gruntfile|karma\.conf|protractor\.conf|knexfile|ormconfig|noxfile)(\.[cm]?[jt]s|\.py|\.json)$/,
  /(^|\/)(web|app|nuget|packages)\.config$|\.(csproj|fsproj|vbproj|props|targets|sln)$/i,
];
/** Data that programs read: settings, unless it lies among tests. */
const data = /\.(json|jsonc|json5|ya?ml|toml|ini|cfg|conf|cnf|properties|env|hcl|tf|tfvars|plist|xml|editorconfig)$/i;
/** Code that holds settings, where it holds nothing that says more. */
const settingsCode =
  /(^|\/)(config|configuration|settings|env|environment)(\.[\w-]+)?\.\w+$|(^|\/)(config|settings)\/[^/]+\.(py|rb|exs?|php|[cm]?[jt]s)$/i;
/** Written to be agreed upon: declarations and nothing else. */
const schema =
  /(\.d\.[cm]?ts|\.d\.\w+\.ts|\.pyi|\.proto|\.graphqls?|\.gql|\.thrift|\.avsc|\.avdl|\.prisma|\.capnp|\.fbs|\.xsd|\.wsdl|\.rbi|\.rbs)$|(^|\/)(openapi|swagger|asyncapi)[\w.-]*\.(ya?ml|json)$|\.schema\.(json|ya?ml)$/i;

/** @param path with `/` */
export function roleOf(path: string): Role {
  const inTest = isTest(path);
  if (sampleFolder.test(path) && (inTest || !isCode(path))) return 'sample';
  if (lockFormat(path) !== null) return 'lock';
  if (schema.test(path)) return 'schema';
  if (settingsNames.some((name) => name.test(path))) return 'settings';
  if (data.test(path)) return testFolder.test(path) ? 'test' : 'settings';
  return inTest ? 'test' : 'other';
}

/** A test, or something that only tests use. */
export function isTest(path: string): boolean {
  if (prose.test(path) || /(^|\/)src\/main\//.test(path)) return false;
  return testFolder.test(path) || testNames.some((name) => name.test(path));
}

/** Whether code without a more telling section is about settings. */
export function isSettingsCode(path: string): boolean {
  return settingsCode.test(path);
}

/** What a path alone says of a conflict in it; null: nothing. */
export function typeOfPath(path: string): ResolutionType | null {
  switch (roleOf(path)) {
    case 'lock':
      return 'package lock file';
    case 'sample':
    case 'test':
      return 'test overlap';
    case 'settings':
      return 'configuration';
    case 'schema':
      return 'type definition';
    case 'other':
      return null;
  }
}

function isCode(path: string): boolean {
  return /\.([cm]?[jt]sx?|py|go|rs|java|kt|cs|rb|php|swift|scala|cc?|cpp|h|hpp)$/.test(path);
}
