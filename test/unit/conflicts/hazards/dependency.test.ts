import { type Case, casesOf, type TrueCase } from './kindCases';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
type Packages = Readonly<Record<string, string>>;
const pkg = (dependencies: Packages, more: Record<string, unknown> = {}) => json({ name: 'x', dependencies, ...more });
const cargo = (lines: readonly string[], dev: readonly string[] = []) =>
  `[package]\nname = "x"\n\n[dependencies]\n${lines.join('\n')}\n\n[dev-dependencies]\n${dev.join('\n')}\n`;
const pom = (...all: readonly (readonly [string, string, string])[]) =>
  `<project>\n  <dependencies>\n${all
    .map(
      ([group, artifact, version]) =>
        `    <dependency>\n      <groupId>${group}</groupId>\n      <artifactId>${artifact}</artifactId>\n      <version>${version}</version>\n    </dependency>\n`,
    )
    .join('')}  </dependencies>\n</project>\n`;
const some: Packages = { alpha: '^1.0.0', beta: '^1.0.0', gamma: '^1.0.0', delta: '^1.0.0', omega: '^1.0.0' };

const ranges: readonly TrueCase[] = [
  {
    name: 'one package in two workspaces, in ranges that do not meet',
    base: { 'packages/x/package.json': pkg({}), 'packages/y/package.json': pkg({}) },
    a: { 'packages/x/package.json': pkg({ react: '^18.2.0' }) },
    b: { 'packages/y/package.json': pkg({ react: '^17.0.2' }) },
    file: 'packages/x/package.json',
    line: 4,
    says: ['a adds react ^18.2.0', 'b adds react ^17.0.2', 'packages/y/package.json'],
  },
  {
    name: 'raised in one place, newly added at the old range in another',
    base: { 'package.json': pkg({ react: '^17.0.0' }), 'packages/y/package.json': pkg({}) },
    a: { 'package.json': pkg({ react: '^18.0.0' }) },
    b: { 'packages/y/package.json': pkg({ react: '^17.0.2' }) },
    file: 'package.json',
    line: 4,
    says: ['a sets react to ^18.0.0', 'b adds react ^17.0.2'],
  },
  {
    name: 'two sections of one file',
    base: { 'package.json': pkg(some, { scripts: { a: '1', b: '2', c: '3' }, devDependencies: some }) },
    a: {
      'package.json': pkg({ ...some, zod: '^3.0.0' }, { scripts: { a: '1', b: '2', c: '3' }, devDependencies: some }),
    },
    b: {
      'package.json': pkg(some, { scripts: { a: '1', b: '2', c: '3' }, devDependencies: { ...some, zod: '^4.0.0' } }),
    },
    file: 'package.json',
    line: 9,
    says: ['zod ^3.0.0', 'zod ^4.0.0'],
  },
  {
    name: 'a version forced on all against one newly added',
    base: { 'package.json': pkg({}, { overrides: { x: '1.0.0' } }), 'packages/y/package.json': pkg({}) },
    a: { 'package.json': pkg({}, { overrides: { x: '1.0.0', tar: '6.2.1' } }) },
    b: { 'packages/y/package.json': pkg({ tar: '^7.0.0' }) },
    file: 'package.json',
    line: 6,
    says: ['overrides', 'tar ^7.0.0'],
  },
  {
    name: 'Python: requirements.txt and pyproject.toml of one folder',
    base: { 'requirements.txt': 'flask\n', 'pyproject.toml': '[project]\nname = "x"\ndependencies = []\n' },
    a: { 'requirements.txt': 'flask\npydantic<2\n' },
    b: { 'pyproject.toml': '[project]\nname = "x"\ndependencies = [\n  "Pydantic >= 2.1",\n]\n' },
    file: 'requirements.txt',
    line: 2,
    says: ['pydantic <2', 'pydantic >= 2.1'],
  },
  {
    name: 'Cargo: two crates',
    base: { 'one/Cargo.toml': cargo([]), 'two/Cargo.toml': cargo([]) },
    a: { 'one/Cargo.toml': cargo(['rand = "0.8"']) },
    b: { 'two/Cargo.toml': cargo(['rand = { version = "0.9", features = ["std"] }']) },
    file: 'one/Cargo.toml',
    line: 5,
    says: ['rand 0.8', 'rand 0.9'],
  },
  {
    name: 'Maven: two modules and two major versions',
    base: { 'one/pom.xml': pom(), 'two/pom.xml': pom() },
    a: { 'one/pom.xml': pom(['org.slf4j', 'slf4j-api', '1.7.36']) },
    b: { 'two/pom.xml': pom(['org.slf4j', 'slf4j-api', '2.0.9']) },
    file: 'one/pom.xml',
    line: 3,
    says: ['org.slf4j:slf4j-api 1.7.36', '2.0.9'],
  },
  {
    name: 'Gradle: a catalogue and a build file',
    base: {
      'gradle/libs.versions.toml': '[versions]\nx = "1"\n\n[libraries]\n',
      'app/build.gradle.kts': 'dependencies {\n}\n',
    },
    a: {
      'gradle/libs.versions.toml':
        '[versions]\nx = "1"\nok = "5.0.0"\n\n[libraries]\nok = { module = "com.squareup.okio:okio", version.ref = "ok" }\n',
    },
    b: { 'app/build.gradle.kts': 'dependencies {\n    implementation("com.squareup.okio:okio:3.9.0")\n}\n' },
    file: 'gradle/libs.versions.toml',
    line: 6,
    says: ['com.squareup.okio:okio 5.0.0', '3.9.0'],
  },
  {
    name: 'Ruby: a Gemfile and a gemspec',
    base: { Gemfile: 'source "x"\n', 'x.gemspec': 'Gem::Specification.new do |s|\nend\n' },
    a: { Gemfile: 'source "x"\ngem "rack", "~> 3.0"\n' },
    b: { 'x.gemspec': 'Gem::Specification.new do |s|\n  s.add_dependency "rack", "~> 2.2"\nend\n' },
    file: 'Gemfile',
    line: 2,
    says: ['rack ~> 3.0', 'rack ~> 2.2'],
  },
  {
    name: 'Cargo: one line at two places of one table',
    base: { 'Cargo.toml': cargo(['alpha = "1"', 'beta = "1"', 'gamma = "1"', 'delta = "1"', 'omega = "1"']) },
    a: {
      'Cargo.toml': cargo(['serde = "1"', 'alpha = "1"', 'beta = "1"', 'gamma = "1"', 'delta = "1"', 'omega = "1"']),
    },
    b: {
      'Cargo.toml': cargo(['alpha = "1"', 'beta = "1"', 'gamma = "1"', 'delta = "1"', 'omega = "1"', 'serde = "1"']),
    },
    file: 'Cargo.toml',
    line: 5,
    says: ['both add serde', 'cannot be read'],
  },
  {
    name: 'package.json: one key at two places, in two ranges',
    base: { 'package.json': pkg(some) },
    a: { 'package.json': pkg({ zod: '^4.0.0', ...some }) },
    b: {
      'package.json': pkg({
        ...{ alpha: '^1.0.0', beta: '^1.0.0', gamma: '^1.0.0', delta: '^1.0.0' },
        zod: '^4.1.0',
        omega: '^1.0.0',
      }),
    },
    file: 'package.json',
    line: 4,
    says: ['both add zod', 'wins without a word'],
  },
];

const removed: readonly TrueCase[] = [
  {
    name: 'removed here, newly imported there',
    base: {
      'package.json': pkg({ ...some, lodash: '^4.0.0' }),
      'src/a.ts': "import _ from 'lodash';\n_();\n",
      'src/b.ts': 'export {};\n',
    },
    a: { 'package.json': pkg(some), 'src/a.ts': 'export const a = 1;\n' },
    b: { 'src/b.ts': "export {};\n\nimport { get } from 'lodash/fp';\nget();\n" },
    file: 'src/b.ts',
    line: 3,
    says: ['a removes lodash from package.json', 'b newly imports in src/b.ts'],
  },
  {
    name: 'removed here, imported in a new file there',
    base: { 'web/package.json': pkg({ ...some, '@scope/kit': '^4.0.0' }) },
    a: { 'web/package.json': pkg(some) },
    b: { 'web/src/new.js': "const kit = require('@scope/kit');\nkit();\n" },
    file: 'web/src/new.js',
    line: 1,
    says: ['@scope/kit', 'web/package.json'],
  },
  {
    name: 'Python: a module of another name',
    base: { 'requirements.txt': 'flask\nPyYAML>=6\n' },
    a: { 'requirements.txt': 'flask\n' },
    b: { 'app/load.py': '"""Loads."""\nimport yaml\n\nyaml.safe_load("")\n' },
    file: 'app/load.py',
    line: 2,
    says: ['pyyaml', 'app/load.py'],
  },
  {
    name: 'Go: a package below a module',
    base: {
      'go.mod':
        'module example.com/x\n\ngo 1.22\n\nrequire (\n\tgithub.com/google/uuid v1.6.0\n\tgithub.com/pkg/errors v0.9.1\n)\n',
    },
    a: { 'go.mod': 'module example.com/x\n\ngo 1.22\n\nrequire (\n\tgithub.com/google/uuid v1.6.0\n)\n' },
    b: { 'x.go': 'package x\n\nimport "github.com/pkg/errors"\n\nvar E = errors.New("e")\n' },
    file: 'x.go',
    line: 3,
    says: ['github.com/pkg/errors', 'go.mod'],
  },
  {
    name: 'Rust: a crate with a hyphen',
    base: { 'Cargo.toml': cargo(['serde = "1"', 'serde-yaml = "0.9"']) },
    a: { 'Cargo.toml': cargo(['serde = "1"']) },
    b: { 'src/x.rs': 'use serde_yaml::Value;\n\npub fn x() -> Value {\n    Value::Null\n}\n' },
    file: 'src/x.rs',
    line: 1,
    says: ['serde-yaml', 'Cargo.toml'],
  },
  {
    name: 'Java: a package of another name',
    base: { 'pom.xml': pom(['org.slf4j', 'slf4j-api', '2.0.9'], ['com.google.guava', 'guava', '33.0.0-jre']) },
    a: { 'pom.xml': pom(['org.slf4j', 'slf4j-api', '2.0.9']) },
    b: {
      'src/main/java/X.java':
        'import com.google.common.collect.ImmutableList;\n\nclass X {\n  ImmutableList<String> all;\n}\n',
    },
    file: 'src/main/java/X.java',
    line: 1,
    says: ['com.google.guava:guava', 'pom.xml'],
  },
];

const jobs: readonly TrueCase[] = [
  {
    name: 'two packages for one job, in one file',
    base: { 'package.json': pkg(some) },
    a: { 'package.json': pkg({ lodash: '^4.0.0', ...some }) },
    b: {
      'package.json': pkg({
        ...{ alpha: '^1.0.0', beta: '^1.0.0', gamma: '^1.0.0', delta: '^1.0.0' },
        ramda: '^0.30.0',
        omega: '^1.0.0',
      }),
    },
    file: 'package.json',
    line: 4,
    says: ['a adds lodash', 'b adds ramda', 'functions on data'],
  },
  {
    name: 'two packages for one job, in two workspaces',
    base: { 'packages/x/package.json': pkg({}), 'packages/y/package.json': pkg({}) },
    a: { 'packages/x/package.json': pkg({ dayjs: '^1.0.0' }) },
    b: { 'packages/y/package.json': pkg({}, { devDependencies: { luxon: '^3.0.0' } }) },
    file: 'packages/x/package.json',
    line: 4,
    says: ['dayjs', 'luxon', 'dates'],
  },
  {
    name: 'Go: two routers, one of a later major version',
    base: {
      'go.mod':
        'module x\n\nrequire github.com/a/a v1.0.0\n\nrequire github.com/b/b v1.0.0 // indirect\n\nrequire github.com/c/c v1.0.0\n',
    },
    a: {
      'go.mod':
        'module x\n\nrequire github.com/go-chi/chi/v5 v5.0.0\nrequire github.com/a/a v1.0.0\n\nrequire github.com/b/b v1.0.0 // indirect\n\nrequire github.com/c/c v1.0.0\n',
    },
    b: {
      'go.mod':
        'module x\n\nrequire github.com/a/a v1.0.0\n\nrequire github.com/b/b v1.0.0 // indirect\n\nrequire github.com/c/c v1.0.0\nrequire github.com/gorilla/mux v1.8.1\n',
    },
    file: 'go.mod',
    line: 3,
    says: ['go-chi/chi', 'gorilla/mux', 'routing'],
  },
];

const near: readonly Case[] = [
  {
    name: 'two different packages in one file',
    base: { 'package.json': pkg(some) },
    a: { 'package.json': pkg({ axios: '^1.0.0', ...some }) },
    b: {
      'package.json': pkg({
        ...{ alpha: '^1.0.0', beta: '^1.0.0', gamma: '^1.0.0', delta: '^1.0.0' },
        zod: '^4.0.0',
        omega: '^1.0.0',
      }),
    },
  },
  {
    name: 'ranges that meet',
    base: { 'packages/x/package.json': pkg({}), 'packages/y/package.json': pkg({}) },
    a: { 'packages/x/package.json': pkg({ react: '^18.2.0' }) },
    b: { 'packages/y/package.json': pkg({}, { peerDependencies: { react: '>=17 <20' } }) },
  },
  {
    name: 'the same addition on both sides',
    base: { 'package.json': pkg(some) },
    a: { 'package.json': pkg({ ...some, zod: '^4.0.0' }), 'a.txt': 'a\n' },
    b: { 'package.json': pkg({ ...some, zod: '^4.0.0' }), 'b.txt': 'b\n' },
  },
  {
    name: 'ranges that never met in these two places',
    base: { 'old/package.json': pkg({ react: '^16.0.0' }), 'new/package.json': pkg({ react: '^18.0.0' }) },
    a: { 'old/package.json': pkg({ react: '^16.14.0' }) },
    b: { 'new/package.json': pkg({ react: '^18.3.0' }) },
  },
  {
    name: 'workspaces, tags and addresses',
    base: { 'packages/x/package.json': pkg({}), 'packages/y/package.json': pkg({}) },
    a: { 'packages/x/package.json': pkg({ core: 'workspace:^', next: 'latest', kit: 'github:x/kit#v1' }) },
    b: { 'packages/y/package.json': pkg({ core: '^1.0.0', next: '^14.0.0', kit: '^2.0.0' }) },
  },
  {
    name: 'client and server with a lock file each',
    base: { 'client/package.json': pkg({}), 'server/package.json': pkg({}) },
    a: {
      'client/package.json': pkg({ zod: '^3.0.0' }),
      'client/package-lock.json': json({ lockfileVersion: 3, packages: { '': { dependencies: { zod: '^3.0.0' } } } }),
    },
    b: {
      'server/package.json': pkg({ zod: '^4.0.0' }),
      'server/package-lock.json': json({ lockfileVersion: 3, packages: { '': { dependencies: { zod: '^4.0.0' } } } }),
    },
  },
  {
    name: 'an example beside the project',
    base: { 'package.json': pkg({}), 'examples/x/package.json': pkg({}) },
    a: { 'package.json': pkg({ react: '^18.0.0' }) },
    b: { 'examples/x/package.json': pkg({ react: '^17.0.0' }) },
  },
  {
    name: 'one name in two ecosystems',
    base: { 'package.json': pkg({}), 'requirements.txt': 'flask\n' },
    a: { 'package.json': pkg({ redis: '^4.0.0' }) },
    b: { 'requirements.txt': 'flask\nredis==5.0.1\n' },
  },
  {
    name: 'Python: two services',
    base: { 'one/requirements.txt': 'flask\n', 'two/requirements.txt': 'flask\n' },
    a: { 'one/requirements.txt': 'flask\npydantic<2\n' },
    b: { 'two/requirements.txt': 'flask\npydantic>=2\n' },
  },
  {
    name: 'Python: ranges under markers',
    base: { 'requirements.txt': 'flask\n', 'requirements-dev.txt': 'pytest\n' },
    a: { 'requirements.txt': 'flask\nnumpy<2; python_version < "3.9"\n' },
    b: { 'requirements-dev.txt': 'pytest\nnumpy>=2; python_version >= "3.9"\n' },
  },
  {
    name: 'Go: two versions, of which the higher is taken',
    base: { 'one/go.mod': 'module x/one\n', 'two/go.mod': 'module x/two\n' },
    a: { 'one/go.mod': 'module x/one\n\nrequire github.com/google/uuid v1.3.0\n' },
    b: { 'two/go.mod': 'module x/two\n\nrequire github.com/google/uuid v1.6.0\n' },
  },
  {
    name: 'Maven: two versions of one major',
    base: { 'one/pom.xml': pom(), 'two/pom.xml': pom() },
    a: { 'one/pom.xml': pom(['org.slf4j', 'slf4j-api', '2.0.7']) },
    b: { 'two/pom.xml': pom(['org.slf4j', 'slf4j-api', '2.0.9']) },
  },
  {
    name: 'removed here, imported before there',
    base: {
      'package.json': pkg({ ...some, lodash: '^4.0.0' }),
      'src/b.ts': "import _ from 'lodash';\n\n_();\n\nexport {};\n",
    },
    a: { 'package.json': pkg(some) },
    b: { 'src/b.ts': "import _ from 'lodash';\n\n_();\n\nexport {};\n_();\n" },
  },
  {
    name: 'removed here, imported and required there',
    base: { 'package.json': pkg({ ...some, lodash: '^4.0.0' }), 'web/package.json': pkg({}) },
    a: { 'package.json': pkg(some) },
    b: { 'web/package.json': pkg({ lodash: '^4.0.0' }), 'web/b.ts': "import _ from 'lodash';\n_();\n" },
  },
  {
    name: 'moved to another section here, newly imported there',
    base: { 'package.json': pkg({ ...some, lodash: '^4.0.0' }, { devDependencies: {} }) },
    a: { 'package.json': pkg(some, { devDependencies: { lodash: '^4.0.0' } }) },
    b: { 'b.ts': "import _ from 'lodash';\n_();\n" },
  },
  {
    name: 'types removed here, the package newly imported there',
    base: { 'package.json': pkg({ ...some, lodash: '^4.0.0', '@types/lodash': '^4.0.0' }) },
    a: { 'package.json': pkg({ ...some, lodash: '^4.0.0' }) },
    b: { 'b.ts': "import _ from 'lodash';\n_();\n" },
  },
  {
    name: 'removed here, a file of that name imported there',
    base: { 'package.json': pkg({ ...some, lodash: '^4.0.0' }) },
    a: { 'package.json': pkg(some) },
    b: { 'b.ts': "import _ from './lodash';\nimport x from 'lodash-es';\n_(x);\n" },
  },
  {
    name: 'removed from the root here, imported in a workspace of its own there',
    base: { 'package.json': pkg({ ...some, lodash: '^4.0.0' }, { workspaces: ['packages/*'] }) },
    a: { 'package.json': pkg(some, { workspaces: ['packages/*'] }) },
    b: { 'packages/x/src/b.ts': "import _ from 'lodash';\n_();\n" },
  },
  {
    name: 'removed in Python here, imported in TypeScript there',
    base: { 'requirements.txt': 'flask\nredis\n' },
    a: { 'requirements.txt': 'flask\n' },
    b: { 'b.ts': "import redis from 'redis';\nredis();\n" },
  },
  {
    name: 'two packages for one job of which one was there before',
    base: { 'packages/x/package.json': pkg({}), 'packages/y/package.json': pkg({ moment: '^2.0.0' }) },
    a: { 'packages/x/package.json': pkg({ moment: '^2.0.0' }) },
    b: { 'packages/y/package.json': pkg({ dayjs: '^1.0.0' }) },
  },
  {
    name: 'one package for one job on both sides',
    base: { 'packages/x/package.json': pkg({}), 'packages/y/package.json': pkg({}) },
    a: { 'packages/x/package.json': pkg({ zod: '^4.0.0' }) },
    b: { 'packages/y/package.json': pkg({ zod: '^4.0.0' }) },
  },
  {
    name: 'packages that tests read',
    base: { x: 'x\n' },
    a: { 'test/fixtures/x/package.json': pkg({ react: '^18.0.0', lodash: '^4.0.0' }) },
    b: { 'test/fixtures/y/package.json': pkg({ react: '^16.0.0', ramda: '^0.30.0' }) },
  },
  {
    name: 'two bumps in one file',
    base: { 'package.json': pkg(some) },
    a: { 'package.json': pkg({ ...some, alpha: '^2.0.0' }) },
    b: { 'package.json': pkg({ ...some, omega: '^2.0.0' }) },
  },
];

describe('hazards: dependencies', () => {
  casesOf('dependency', 'pair', { found: [...ranges, ...removed, ...jobs], near });
});

describe('hazards: dependencies that a plan approves', () => {
  const base = { 'package.json': pkg(some) };
  const rules = { a: { approvedDependencies: ['zod@^4', '@scope/*', 'react', 'attrs>=23'] } };
  const adds = (more: Packages) => ({ 'package.json': pkg({ ...some, ...more }) });
  casesOf('dependency', 'side', {
    found: [
      {
        name: 'another package',
        base,
        a: adds({ lodash: '^4.0.0' }),
        rules,
        file: 'package.json',
        line: 9,
        says: ['lodash ^4.0.0', 'not approved'],
      },
      {
        name: 'another range',
        base,
        a: adds({ zod: '^3.0.0' }),
        rules,
        file: 'package.json',
        line: 9,
        says: ['zod ^3.0.0', 'zod@^4'],
      },
      {
        name: 'any, where none is approved',
        base,
        a: adds({ react: '^18.0.0' }),
        rules: { a: { approvedDependencies: [] } },
        file: 'package.json',
        line: 9,
        says: ['react'],
      },
      {
        name: 'another range of Python',
        base: { 'requirements.txt': 'flask\n' },
        a: { 'requirements.txt': 'flask\nattrs<23\n' },
        rules,
        file: 'requirements.txt',
        line: 2,
        says: ['attrs <23', 'attrs>=23'],
      },
      {
        name: 'a package of a new workspace',
        base,
        a: { 'packages/x/package.json': pkg({ left: '^1.0.0' }) },
        rules,
        file: 'packages/x/package.json',
        line: 4,
        says: ['left'],
      },
    ],
    near: [
      { name: 'approved', base, a: adds({ zod: '^4.1.0' }), rules },
      { name: 'approved by a pattern', base, a: adds({ '@scope/kit': '^4.1.0' }), rules },
      { name: 'the types of what is approved', base, a: adds({ '@types/react': '^18.0.0' }), rules },
      { name: "the project's own", base, a: adds({ core: 'workspace:*', near: 'file:../near' }), rules },
      { name: 'raised', base, a: adds({ alpha: '^2.0.0' }), rules },
      { name: 'removed', base, a: { 'package.json': pkg({ alpha: '^1.0.0' }) }, rules },
      { name: 'no plan', base, a: adds({ lodash: '^4.0.0' }) },
      { name: 'a plan that says nothing of it', base, a: adds({ lodash: '^4.0.0' }), rules: { a: {} } },
      {
        name: 'what comes along in Go',
        base: { 'go.mod': 'module x\n' },
        a: { 'go.mod': 'module x\n\nrequire github.com/b/b v1.0.0 // indirect\n' },
        rules,
      },
      {
        name: 'known from another section',
        base: { 'package.json': pkg(some, { devDependencies: { left: '^1.0.0' } }) },
        a: { 'package.json': pkg({ ...some, left: '^1.0.0' }) },
        rules,
      },
      {
        name: 'a manifest that was moved',
        base: { 'old/package.json': pkg({ left: '^1.0.0' }) },
        a: { 'old/package.json': null, 'new/package.json': pkg({ left: '^1.0.0' }) },
        rules,
      },
    ],
  });
});
