import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readManifest } from '../../../../src/core/conflicts/hazards/data/manifest';
import { admits, type Ecosystem, meet } from '../../../../src/core/conflicts/hazards/kinds/dependency/versions';
import { sampled } from '../../support/sampled';

/** Packages of a manifest as `section name range line`. */
async function packagesOf(path: string, text: string): Promise<string[]> {
  const facts = await readManifest.read(path, Buffer.from(text));
  assert.ok(facts, path);
  return facts.packages.map(({ section, name, range, line }) =>
    `${section} ${name} ${range} ${line}`.replaceAll('  ', ' '),
  );
}

describe('hazards: manifests', () => {
  const cases: readonly (readonly [path: string, text: string, expected: readonly string[]])[] = [
    [
      'a/package.json',
      '{\n  "dependencies": { "a": "^1" },\n  "peerDependencies": {\n    "@b/c": "*"\n  },\n  "overrides": { "d": "2", "e": { "f": "1" }, "g>h": "1" },\n  "pnpm": { "overrides": { "i@<2": "2", "j": "3" } }\n}\n',
      ['dependencies a ^1 2', 'peerDependencies @b/c * 4', 'overrides d 2 6', 'overrides j 3 7'],
    ],
    [
      'requirements/dev.txt',
      '-r base.txt\n# x\nFlask_Login[x]>=1,<2 ; python_version > "3"  # why\npkg @ https://x/y.whl\nhashed==1.0 \\\n    --hash=sha256:abc\n--index-url https://x\nplain\n',
      [
        'dependencies flask-login >=1,<2 ; python_version > "3" 3',
        'dependencies pkg @ https://x/y.whl 4',
        'dependencies hashed ==1.0 5',
        'dependencies plain 8',
      ],
    ],
    [
      'pyproject.toml',
      '[project]\ndependencies = [\n  "A-b>=1",\n  "c",\n]\n\n[project.optional-dependencies]\nx = ["d<2"]\n\n[dependency-groups]\ntest = ["pytest>=8", {include-group = "x"}]\n\n[tool.poetry.dependencies]\npython = "^3.9"\ne = "^1.2"\nf = {version = "~1", markers = "x"}\ng = {path = "../g"}\n',
      [
        'dependencies a-b >=1 3',
        'dependencies c 4',
        'x d <2 8',
        'test pytest >=8 11',
        'dependencies e ^1.2 15',
        'dependencies f ~1 ; 16',
        'dependencies g file: 17',
      ],
    ],
    [
      'Pipfile',
      '[packages]\na = "*"\nb = {version = "==1.0"}\n\n[dev-packages]\nc = "1.0"\n',
      ['packages a * 2', 'packages b ==1.0 3', 'dev-packages c ==1.0 6'],
    ],
    [
      'setup.cfg',
      '[options]\ninstall_requires =\n    a>=1\n    b\n[options.extras_require]\nx = c<2\n[flake8]\nignore =\n    E1\n',
      ['dependencies a >=1 3', 'dependencies b 4', 'x c <2 6'],
    ],
    [
      'go.mod',
      'module x\n\ngo 1.22\n\nrequire github.com/a/b v1.0.0\n\nrequire (\n\tc.org/d/v2 v2.1.0\n\te.org/f v0.1.0 // indirect\n)\n\nreplace c.org/d/v2 => ../d\n',
      ['require github.com/a/b v1.0.0 5', 'require c.org/d/v2 v2.1.0 8', 'indirect e.org/f v0.1.0 9'],
    ],
    [
      'Cargo.toml',
      '[dependencies]\na = "1"\nb = { version = "2", features = ["x"] }\nc = { path = "../c" }\nd = { workspace = true }\n\n[dependencies.e]\nversion = "3"\n\n[target.\'cfg(unix)\'.dependencies]\nf = "4"\n',
      [
        'dependencies a 1 2',
        'dependencies b 2 3',
        'dependencies c file: 4',
        'dependencies d workspace: 5',
        'dependencies e 3 8',
        'target.cfg(unix).dependencies f 4 11',
      ],
    ],
    [
      'pom.xml',
      `<project>\n<properties><v.x>1.2</v.x></properties>\n<!-- <dependency><groupId>no</groupId></dependency> -->\n<dependencyManagement><dependencies>\n<dependency><groupId>g</groupId><artifactId>a</artifactId><version>\${v.x}</version></dependency>\n</dependencies></dependencyManagement>\n<dependencies>\n<dependency><groupId>g</groupId><artifactId>b</artifactId><scope>test</scope></dependency>\n</dependencies>\n</project>\n`,
      ['dependencyManagement g:a 1.2 5', 'test g:b 8'],
    ],
    [
      'app/build.gradle',
      "plugins { id 'x' }\ndependencies {\n    implementation 'g:a:1.0'\n    testImplementation(\"g:b:2.0@aar\")\n    api group: 'g', name: 'c', version: '3'\n    implementation platform('g:bom:4')\n    implementation project(':core')\n}\n",
      ['implementation g:a 1.0 3', 'testImplementation g:b 2.0 4', 'api g:c 3 5', 'implementation g:bom 4 6'],
    ],
    [
      'Gemfile',
      "source 'x'\ngem 'rails', '~> 7.0', '>= 7.0.4'\ngroup :test do\n  gem \"rspec\"\nend\ngem 'own', path: '../own'\n",
      ['default rails ~> 7.0, >= 7.0.4 2', 'test rspec 4', 'default own file: 6'],
    ],
    ['composer.json', '{\n  "require": {\n    "php": ">=8",\n    "V/A": "^1.0"\n  }\n}\n', ['require v/a ^1.0 4']],
  ];
  for (const [path, text, expected] of cases) {
    it(`${path} is read, with sections, ranges and lines`, async () =>
      assert.deepEqual(await packagesOf(path, text), expected));
  }

  it('those of others are not read', () => {
    for (const path of [
      'node_modules/a/package.json',
      'vendor/x/go.mod',
      'test/fixtures/p/package.json',
      'my-package.json',
    ])
      assert.equal(readManifest.wants(path), false, path);
  });
});

describe('hazards: ranges of versions', () => {
  const cases: readonly (readonly [Ecosystem, string, string, boolean | null])[] = [
    ['npm', '^1.2.0', '^1.9.0', true],
    ['npm', '^1.2.0', '^2.0.0', false],
    ['npm', '^0.2.0', '^0.3.0', false],
    ['npm', '>=1 <3', '2.x || 5', true],
    ['npm', 'latest', '^1', null],
    ['npm', 'workspace:*', '^1', null],
    ['python', '>=1,<2', '==1.5.*', true],
    ['python', '~=1.4', '>=2', false],
    ['python', '~=1.4.2', '==1.5', false],
    ['python', '==1.0', '==1.0.0', true],
    ['python', '>1.0', '<=1.0', false],
    ['python', '!=1.0', '==1.0', true],
    ['python', '==1.0rc1', '>=1', null],
    ['python', '', '==1', true],
    ['cargo', '1.2', '1.9', true],
    ['cargo', '0.8', '0.9', false],
    ['cargo', '=1.2', '1.2.7', true],
    ['cargo', '~1.2', '1.3', false],
    ['cargo', '>=1, <3', '2', true],
    ['composer', '~1.2', '^1.9', true],
    ['composer', '^1.0 || ^2.0', '^2.3', true],
    ['composer', '>=1.0 <2.0', '^2.0', false],
    ['composer', 'dev-main', '^2.0', null],
    ['ruby', '~> 7.0', '~> 7.1', true],
    ['ruby', '~> 7.0.1', '~> 7.1.0', false],
    ['ruby', '1.0', '= 1.0', true],
    ['maven', '1.7.36', '2.0.9', false],
    ['maven', '33.0.0-jre', '33.4.8-jre', true],
    ['maven', '[1.0,2.0)', '[2.0,)', false],
    ['maven', `\${x}`, '1.0', null],
    ['gradle', '1.+', '1.9', true],
    ['go', 'v1.0.0', 'v1.9.0', null],
  ];
  for (const [ecosystem, one, other, expected] of cases) {
    it(`${ecosystem}: "${one}" and "${other}": ${expected}`, () => {
      assert.equal(meet(ecosystem, one, other), expected);
      assert.equal(meet(ecosystem, other, one), expected);
    });
  }

  it('two ranges that let one version in meet', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.'));
    const range = (operators: readonly string[]) =>
      fc.tuple(fc.constantFrom(...operators), version).map((both) => both.join(''));
    const operators: Partial<Record<Ecosystem, readonly string[]>> = {
      npm: ['^', '~', '>=', '<', '>', '<=', ''],
      python: ['>=', '<', '>', '<=', '==', '~='],
      cargo: ['^', '~', '>=', '<', '=', ''],
      composer: ['^', '~', '>=', '<', ''],
      ruby: ['~> ', '>= ', '< ', '= '],
    };
    for (const [ecosystem, known] of Object.entries(operators) as [Ecosystem, readonly string[]][]) {
      fc.assert(
        fc.property(range(known), range(known), version, (one, other, at) => {
          if (admits(ecosystem, one, at) && admits(ecosystem, other, at))
            assert.equal(meet(ecosystem, one, other), true);
        }),
        sampled(500),
      );
    }
  });
});
