import assert from 'node:assert/strict';
import { readMigration } from '../../../../src/core/conflicts/hazards/data/migration';
import { UnreadableFile } from '../../../../src/core/conflicts/hazards/reader';
import { type Case, casesOf, type TrueCase } from './kindCases';
import { findingsOf, said } from './support';

const sql = (name: string) => `-- ${name}\nALTER TABLE t ADD COLUMN ${name} text;\n`;
const django = (app: string, parent: string | null, more = '') =>
  `from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [${
    parent === null ? '' : `("${app}", "${parent}")`
  }${more}]\n    operations = []\n`;
const alembic = (revision: string, down: string, more = '') =>
  `"""m"""\nfrom alembic import op\n\nrevision = "${revision}"\ndown_revision = ${down}\nbranch_labels = ${more || 'None'}\n\n\ndef upgrade():\n    pass\n`;
const drizzle = (id: string, parents: readonly string[]) =>
  `${JSON.stringify({ version: '8', id, prevIds: parents }, null, 2)}\n`;

const found: readonly TrueCase[] = [
  {
    name: 'two plain numbers',
    base: { 'db/migrations/0001_init.sql': sql('init') },
    a: { 'db/migrations/0002_users.sql': sql('users') },
    b: { 'db/migrations/0002_teams.sql': sql('teams') },
    file: 'db/migrations/0002_users.sql',
    line: 1,
    says: ['a', 'b', '0002_teams.sql', 'number 0002'],
  },
  {
    name: 'other numbered files in the same folder',
    base: { 'migrations/0001_init.sql': sql('init'), 'migrations/notes1.md': '# 1\n', 'migrations/1.md': '# 1\n' },
    a: { 'migrations/0002_users.sql': sql('users') },
    b: { 'migrations/0002_teams.sql': sql('teams') },
    file: 'migrations/0002_users.sql',
    line: 1,
    says: ['0002_teams.sql'],
  },
  {
    name: 'one number written in two ways',
    base: { 'migrations/001-init.sql': sql('init') },
    a: { 'migrations/002-users.sql': sql('users') },
    b: { 'migrations/2-teams.sql': sql('teams') },
    file: 'migrations/002-users.sql',
    line: 1,
    says: ['002', 'migrations/2-teams.sql'],
  },
  {
    name: "golang-migrate's pairs: one number, two names",
    base: { 'migrations/000001_init.up.sql': sql('i'), 'migrations/000001_init.down.sql': sql('j') },
    a: { 'migrations/000002_users.up.sql': sql('u'), 'migrations/000002_users.down.sql': sql('v') },
    b: { 'migrations/000002_teams.up.sql': sql('t'), 'migrations/000002_teams.down.sql': sql('w') },
    file: 'migrations/000002_users.down.sql',
    line: 1,
    says: ['000002', 'duplicate'],
  },
  {
    name: 'Flyway: one version',
    base: { 'src/main/resources/db/migration/V1__init.sql': sql('i') },
    a: { 'src/main/resources/db/migration/V1_1__users.sql': sql('u') },
    b: { 'src/main/resources/db/migration/V1.1__teams.sql': sql('t') },
    file: 'src/main/resources/db/migration/V1_1__users.sql',
    line: 1,
    says: ['Flyway', 'V1.1__teams.sql'],
  },
  {
    name: 'Flyway: one version in SQL and in Java',
    base: { 'src/main/resources/db/migration/V1__init.sql': sql('i') },
    a: { 'src/main/resources/db/migration/V2__users.sql': sql('u') },
    b: { 'src/main/java/db/migration/V2__Teams.java': 'package db.migration;\n\npublic class V2__Teams {}\n' },
    file: 'src/main/resources/db/migration/V2__users.sql',
    line: 1,
    says: ['V2__Teams.java'],
  },
  {
    name: 'Flyway: one version in folders by year',
    base: { 'db/migration/2023/V1__init.sql': sql('i') },
    a: { 'db/migration/2023/V2__users.sql': sql('u') },
    b: { 'db/migration/2024/V2__teams.sql': sql('t') },
    file: 'db/migration/2023/V2__users.sql',
    line: 1,
    says: ['number 2'],
  },
  {
    name: 'Django: two leaves on one parent, with different numbers',
    base: { 'shop/migrations/0001_initial.py': django('shop', null), 'shop/migrations/__init__.py': '' },
    a: { 'shop/migrations/0002_price.py': django('shop', '0001_initial') },
    b: { 'shop/migrations/0003_stock.py': django('shop', '0001_initial') },
    file: 'shop/migrations/0002_price.py',
    line: 5,
    says: ['0001_initial', 'leaf', '0003_stock.py'],
  },
  {
    name: 'Django: two chains on one parent',
    base: { 'shop/migrations/0001_initial.py': django('shop', null) },
    a: {
      'shop/migrations/0002_price.py': django('shop', '0001_initial'),
      'shop/migrations/0003_more.py': django('shop', '0002_price'),
    },
    b: { 'shop/migrations/0002_stock.py': django('shop', '0001_initial', ', ("auth", "0012_last")') },
    file: 'shop/migrations/0002_price.py',
    line: 5,
    says: ['0001_initial'],
  },
  {
    name: 'Alembic: two heads',
    base: { 'alembic/versions/aaa_init.py': alembic('aaa', 'None') },
    a: { 'alembic/versions/bbb_users.py': alembic('bbb', '"aaa"') },
    b: { 'alembic/versions/ccc_teams.py': alembic('ccc', "'aaa'") },
    file: 'alembic/versions/bbb_users.py',
    line: 5,
    says: ['aaa', 'two heads', 'ccc_teams.py'],
  },
  {
    name: 'Alembic with annotations, as it is generated today',
    base: { 'migrations/versions/aaa_init.py': alembic('aaa', 'None') },
    a: {
      'migrations/versions/bbb_users.py': 'revision: str = "bbb"\ndown_revision: Union[str, None] = "aaa"\n',
    },
    b: {
      'migrations/versions/ccc_teams.py': 'revision: str = "ccc"\ndown_revision: Union[str, None] = "aaa"\n',
    },
    file: 'migrations/versions/bbb_users.py',
    line: 2,
    says: ['aaa'],
  },
  {
    name: 'Rails: one timestamp',
    base: { 'db/migrate/20240101000000_init.rb': 'class Init; end\n' },
    a: { 'db/migrate/20240201000000_add_price.rb': 'class AddPrice; end\n' },
    b: { 'db/migrate/20240201000000_add_stock.rb': 'class AddStock; end\n' },
    file: 'db/migrate/20240201000000_add_price.rb',
    line: 1,
    says: ['20240201000000', 'Rails'],
  },
  {
    name: 'Rails: one name at two times',
    base: { 'db/migrate/20240101000000_init.rb': 'class Init; end\n' },
    a: { 'db/migrate/20240201000000_add_price.rb': 'class AddPrice; end\n' },
    b: { 'db/migrate/20240202000000_add_price.rb': 'class AddPrice # other\nend\n' },
    file: 'db/migrate/20240201000000_add_price.rb',
    line: 1,
    says: ['named add_price'],
  },
  {
    name: 'Prisma: one timestamp, two folders',
    base: { 'prisma/migrations/20240101000000_init/migration.sql': sql('i') },
    a: { 'prisma/migrations/20240201000000_users/migration.sql': sql('u') },
    b: { 'prisma/migrations/20240201000000_teams/migration.sql': sql('t') },
    file: 'prisma/migrations/20240201000000_users/migration.sql',
    line: 1,
    says: ['20240201000000'],
  },
  {
    name: 'Drizzle 1: two snapshots on one parent',
    base: { 'drizzle/migrations/20240101000000_init/snapshot.json': drizzle('one', []) },
    a: { 'drizzle/migrations/20240201000000_users/snapshot.json': drizzle('two', ['one']) },
    b: { 'drizzle/migrations/20240202000000_teams/snapshot.json': drizzle('three', ['one']) },
    file: 'drizzle/migrations/20240201000000_users/snapshot.json',
    line: 4,
    says: ['one'],
  },
  {
    name: 'Knex: one timestamp',
    base: { 'migrations/20240101000000_init.js': 'exports.up = () => {};\n' },
    a: { 'migrations/20240201000000_users.js': 'exports.up = () => 1;\n' },
    b: { 'migrations/20240201000000_teams.js': 'exports.up = () => 2;\n' },
    file: 'migrations/20240201000000_users.js',
    line: 1,
    says: ['20240201000000'],
  },
  {
    name: 'Laravel: one timestamp',
    base: { 'database/migrations/2024_01_01_000000_init.php': '<?php\n' },
    a: { 'database/migrations/2024_02_01_000000_create_users.php': '<?php // u\n' },
    b: { 'database/migrations/2024_02_01_000000_create_teams.php': '<?php // t\n' },
    file: 'database/migrations/2024_02_01_000000_create_users.php',
    line: 1,
    says: ['2024_02_01_000000'],
  },
  {
    name: 'Entity Framework: one class, two times',
    base: { 'Data/Migrations/20240101000000_Init.cs': 'class Init {}\n' },
    a: {
      'Data/Migrations/20240201000000_AddPrice.cs': 'partial class AddPrice {}\n',
      'Data/Migrations/20240201000000_AddPrice.Designer.cs': 'partial class AddPrice { }\n',
    },
    b: { 'Data/Migrations/20240202000000_AddPrice.cs': 'partial class AddPrice { /* b */ }\n' },
    file: 'Data/Migrations/20240201000000_AddPrice.Designer.cs',
    line: 1,
    says: ['AddPrice', 'compiles'],
  },
  {
    name: 'Diesel: one version, two folders',
    base: { 'migrations/2024-01-01-000000_init/up.sql': sql('i') },
    a: { 'migrations/2024-02-01-000000_users/up.sql': sql('u') },
    b: { 'migrations/2024-02-01-000000_teams/up.sql': sql('t') },
    file: 'migrations/2024-02-01-000000_users/up.sql',
    line: 1,
    says: ['2024-02-01-000000'],
  },
  {
    name: 'a migration that was given another number',
    base: { 'migrations/0001_init.sql': sql('i'), 'migrations/0002_users.sql': sql('u') },
    a: { 'migrations/0002_users.sql': null, 'migrations/0003_users.sql': sql('u') },
    b: { 'migrations/0003_teams.sql': sql('t') },
    file: 'migrations/0003_users.sql',
    line: 1,
    says: ['0003_teams.sql'],
  },
  {
    name: "the plan's own globs",
    base: { 'ops/steps/step-1.txt': 'one\n' },
    a: { 'ops/steps/step-2-users.txt': 'users\n' },
    b: { 'ops/steps/step-2-teams.txt': 'teams\n' },
    rules: { a: { migrations: { globs: ['ops/steps/*'], reserved: null } } },
    file: 'ops/steps/step-2-users.txt',
    line: 1,
    says: ['step-2-teams.txt'],
  },
  {
    name: 'a number that the plan has reserved for the other task',
    base: { 'migrations/0001_init.sql': sql('i') },
    a: { 'migrations/0003_users.sql': sql('u') },
    b: { 'migrations/0004_teams.sql': sql('t') },
    rules: {
      a: { migrations: { globs: null, reserved: ['0002'] } },
      b: { migrations: { globs: null, reserved: ['0003', '0004'] } },
    },
    file: 'migrations/0003_users.sql',
    line: 1,
    says: ['0003', 'reserved', 'b'],
  },
];

const near: readonly Case[] = [
  {
    name: 'two numbers',
    base: { 'migrations/0001_init.sql': sql('i') },
    a: { 'migrations/0002_users.sql': sql('u') },
    b: { 'migrations/0003_teams.sql': sql('t') },
  },
  {
    name: 'timestamps that differ',
    base: { 'db/migrate/20240101000000_init.rb': 'class Init; end\n' },
    a: { 'db/migrate/20240201000000_add_price.rb': 'class AddPrice; end\n' },
    b: { 'db/migrate/20240201000001_add_stock.rb': 'class AddStock; end\n' },
  },
  {
    name: 'up here and down there of one migration',
    base: { 'migrations/0001_init.up.sql': sql('i') },
    a: { 'migrations/0002_users.up.sql': sql('u') },
    b: { 'migrations/0002_users.down.sql': sql('d') },
  },
  {
    name: 'the same migration on both sides',
    base: { 'migrations/0001_init.sql': sql('i') },
    a: { 'migrations/0002_users.sql': sql('u'), x: 'x\n' },
    b: { 'migrations/0002_users.sql': sql('u'), y: 'y\n' },
  },
  {
    name: 'one stacked on the other',
    base: { 'migrations/0001_init.sql': sql('i') },
    a: { 'migrations/0002_users.sql': sql('u') },
    b: { 'migrations/0002_users.sql': sql('u'), 'migrations/0003_teams.sql': sql('t') },
  },
  {
    name: 'one number in the folders of two apps',
    base: {
      'shop/migrations/0001_initial.py': django('shop', null),
      'blog/migrations/0001_initial.py': django('blog', null),
    },
    a: { 'shop/migrations/0002_price.py': django('shop', '0001_initial') },
    b: { 'blog/migrations/0002_title.py': django('blog', '0001_initial') },
  },
  {
    name: 'Flyway: one version for two databases',
    base: { 'db/migration/mysql/V1__init.sql': sql('i'), 'db/migration/postgresql/V1__init.sql': sql('j') },
    a: { 'db/migration/mysql/V2__users.sql': sql('u') },
    b: { 'db/migration/postgresql/V2__teams.sql': sql('t') },
  },
  {
    name: 'Flyway: repeatable ones',
    base: { 'db/migration/V1__init.sql': sql('i') },
    a: { 'db/migration/R__users.sql': sql('u') },
    b: { 'db/migration/R__teams.sql': sql('t') },
  },
  {
    name: 'Flyway: a version and what undoes it',
    base: { 'db/migration/V1__init.sql': sql('i') },
    a: { 'db/migration/V2__users.sql': sql('u') },
    b: { 'db/migration/U2__users.sql': sql('t') },
  },
  {
    name: 'decisions with one number',
    base: { 'docs/adr/0001-start.md': '# 1\n' },
    a: { 'docs/adr/0002-users.md': '# u\n' },
    b: { 'docs/adr/0002-teams.md': '# t\n' },
  },
  {
    name: 'numbered files that are no migrations',
    base: { 'exercises/01_intro.py': 'x = 1\n' },
    a: { 'exercises/02_users.py': 'x = 2\n' },
    b: { 'exercises/02_teams.py': 'x = 3\n' },
  },
  {
    name: 'tests of migrations',
    base: { 'migrations/0001_init.ts': 'x;\n' },
    a: { 'migrations/0001_init.test.ts': 'u;\n' },
    b: { 'migrations/0001_other.test.ts': 't;\n' },
  },
  {
    name: 'migrations that tests read',
    base: { 'test/fixtures/migrations/0001_init.sql': sql('i') },
    a: { 'test/fixtures/migrations/0002_users.sql': sql('u') },
    b: { 'test/fixtures/migrations/0002_teams.sql': sql('t') },
  },
  {
    name: 'a sequence in which numbers were repeated before',
    base: { 'migrations/12_one.sql': sql('i'), 'migrations/12_two.sql': sql('j') },
    a: { 'migrations/13_users.sql': sql('u') },
    b: { 'migrations/13_teams.sql': sql('t') },
  },
  {
    name: 'one day',
    base: { 'migrations/20240101-init.sql': sql('i') },
    a: { 'migrations/20240201-users.sql': sql('u') },
    b: { 'migrations/20240201-teams.sql': sql('t') },
  },
  {
    name: 'Alembic: parents that differ',
    base: {
      'alembic/versions/aaa_init.py': alembic('aaa', 'None'),
      'alembic/versions/bbb_x.py': alembic('bbb', 'None', '("x",)'),
    },
    a: { 'alembic/versions/ccc_users.py': alembic('ccc', '"aaa"') },
    b: { 'alembic/versions/ddd_teams.py': alembic('ddd', '"bbb"') },
  },
  {
    name: 'Alembic: a branch with a label',
    base: { 'alembic/versions/aaa_init.py': alembic('aaa', 'None') },
    a: { 'alembic/versions/ccc_users.py': alembic('ccc', '"aaa"', '("users",)') },
    b: { 'alembic/versions/ddd_teams.py': alembic('ddd', '"aaa"') },
  },
  {
    name: 'Django: one that follows what both have',
    base: { 'shop/migrations/0001_initial.py': django('shop', null) },
    a: { 'shop/migrations/0002_price.py': django('shop', '0001_initial') },
    b: {
      'shop/migrations/0002_price.py': django('shop', '0001_initial'),
      'shop/migrations/0003_stock.py': django('shop', '0002_price'),
    },
  },
  {
    name: 'a migration that is edited',
    base: { 'migrations/0001_init.sql': sql('i') },
    a: { 'migrations/0001_init.sql': `${sql('i')}-- more\n` },
    b: { 'migrations/0002_teams.sql': sql('t') },
  },
  {
    name: 'versions that are no migrations',
    base: { 'api/versions/v1.py': 'x = 1\n' },
    a: { 'api/versions/v2.py': 'x = 2\n' },
    b: { 'api/versions/v3.py': 'x = 3\n' },
  },
  {
    name: 'a folder that was moved, and a new one of old numbers',
    base: { 'migrations/0001_init.sql': sql('i'), 'migrations/0002_x.sql': sql('x') },
    a: {
      'migrations/0001_init.sql': null,
      'migrations/0002_x.sql': null,
      'db/migrations/0001_init.sql': sql('i'),
      'db/migrations/0002_x.sql': sql('x'),
    },
    b: { 'other/migrations/0001_teams.sql': sql('t') },
  },
];

describe('hazards: migrations', () => {
  casesOf('migration', 'pair', { found, near });
});

describe('hazards: numbers that a plan gave out', () => {
  const base = { 'migrations/0001_init.sql': sql('i') };
  const rules = { a: { migrations: { globs: null, reserved: ['0007', '0008'] } } };
  casesOf('migration', 'side', {
    found: [
      {
        name: 'another one is used',
        base,
        a: { 'migrations/0002_users.sql': sql('u') },
        rules,
        file: 'migrations/0002_users.sql',
        line: 1,
        says: ['0002', '0007, 0008'],
      },
    ],
    near: [
      {
        name: 'its own is used, written otherwise',
        base,
        a: { 'migrations/7_users.sql': sql('u') },
        rules,
      },
      {
        name: 'timestamps are not held against numbers',
        base,
        a: { 'migrations/20240201000000_users.sql': sql('u') },
        rules,
      },
    ],
  });
});

describe('hazards: bad input of migrations', () => {
  it('ten thousand migrations', async () => {
    const many = (from: number, count: number, text: string) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `migrations/${String(from + index).padStart(6, '0')}_${text}.sql`,
          `${text}\n`,
        ]),
      );
    const fork = { base: many(1, 10_000, 'old'), a: many(10_001, 10_000, 'one'), b: many(20_000, 1, 'two') };
    const { pair } = await findingsOf(fork);
    assert.equal(pair.length, 1, said(pair).join('\n'));
    assert.match(pair[0]?.message ?? '', /020000_one\.sql .*020000_two\.sql/);
  });

  it('a migration that is not UTF-8', async () => {
    const content = Buffer.from('down_revision = "aaa" # \xe9\n', 'latin1');
    await assert.rejects(readMigration.read('alembic/versions/x.py', content), new UnreadableFile('not UTF-8'));
  });

  it('a snapshot that is not JSON is named with its place, and the rest is judged', async () => {
    const { pair, unjudged } = await findingsOf({
      base: { 'migrations/20240101000000_init/migration.sql': sql('i') },
      a: {
        'migrations/20240201000000_users/migration.sql': sql('u'),
        'migrations/20240201000000_users/snapshot.json': '{\n  "id": one\n}\n',
      },
      b: { 'migrations/20240201000000_teams/migration.sql': sql('t') },
    });
    assert.equal(pair.length, 1, said(pair).join('\n'));
    assert.deepEqual(
      unjudged.map(({ path }) => path),
      ['migrations/20240201000000_users/snapshot.json'],
    );
    assert.match(unjudged[0]?.why ?? '', /^not JSON: line 2, column 9/);
  });
});
