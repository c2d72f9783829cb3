import { casesOf } from './kindCases';

const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, `// ${name}\n`]));
const kebab = named('src/user-list.ts', 'src/user-card.ts', 'src/order-list.ts', 'src/order-card.ts', 'src/index.ts');
const snake = named('app/user_list.py', 'app/user_card.py', 'app/order_list.py', 'app/order_card.py', 'app/cli.py');
const text = 'x = 1\n';

describe('conflicts: names of new files', () => {
  casesOf('convention', 'side', {
    found: [
      {
        name: 'camelCase among kebab-case',
        base: kebab,
        a: { 'src/orderTotal.ts': text },
        file: 'src/orderTotal.ts',
        line: 1,
        says: ['a names src/orderTotal.ts in camelCase', '4 of the 4 .ts files', 'kebab-case, such as order-card.ts'],
      },
      {
        name: 'PascalCase among kebab-case',
        base: kebab,
        a: { 'src/OrderTotal.ts': text },
        file: 'src/OrderTotal.ts',
        line: 1,
        says: ['in PascalCase'],
      },
      {
        name: 'one capital word among kebab-case',
        base: kebab,
        a: { 'src/Order.ts': text },
        file: 'src/Order.ts',
        line: 1,
        says: ['in PascalCase'],
      },
      {
        name: 'snake_case among kebab-case',
        base: kebab,
        a: { 'src/order_total.ts': text },
        file: 'src/order_total.ts',
        line: 1,
        says: ['in snake_case'],
      },
      {
        name: 'camelCase among snake_case in Python',
        base: snake,
        a: { 'app/orderTotal.py': text },
        file: 'app/orderTotal.py',
        line: 1,
        says: ['in camelCase', 'snake_case'],
      },
      {
        name: 'kebab-case among snake_case in Python',
        base: snake,
        a: { 'app/order-total.py': text },
        file: 'app/order-total.py',
        line: 1,
        says: ['in kebab-case'],
      },
      {
        name: 'kebab-case among PascalCase in components',
        base: named('ui/UserList.vue', 'ui/UserCard.vue', 'ui/OrderList.vue', 'ui/OrderCard.vue'),
        a: { 'ui/order-total.vue': text },
        file: 'ui/order-total.vue',
        line: 1,
        says: ['in kebab-case', 'PascalCase'],
      },
      {
        name: 'snake_case among camelCase',
        base: named('lib/userList.js', 'lib/userCard.js', 'lib/orderList.js', 'lib/orderCard.js'),
        a: { 'lib/order_total.js': text },
        file: 'lib/order_total.js',
        line: 1,
        says: ['in snake_case', 'camelCase'],
      },
      {
        name: 'a test named otherwise than the tests beside it',
        base: named('t/user-list.test.ts', 't/user-card.test.ts', 't/order-list.test.ts', 't/order-card.test.ts'),
        a: { 't/orderTotal.test.ts': text },
        file: 't/orderTotal.test.ts',
        line: 1,
        says: ['in camelCase'],
      },
      {
        name: 'one file among those beside it is a slip already: four of five are clear',
        base: { ...kebab, ...named('src/orderTax.ts') },
        a: { 'src/orderTotal.ts': text },
        file: 'src/orderTotal.ts',
        line: 1,
        says: ['4 of the 5'],
      },
      {
        name: 'several files in the same style are one finding',
        base: kebab,
        a: { 'src/orderTotal.ts': text, 'src/orderTax.ts': `${text}#\n`, 'src/user-tax.ts': `${text}##\n` },
        file: 'src/orderTax.ts',
        line: 1,
        says: ['a names src/orderTax.ts and 1 more in camelCase'],
      },
      {
        name: 'at the top of the repository',
        base: named('user_list.go', 'user_card.go', 'order_list.go', 'order_card.go'),
        a: { 'orderTotal.go': text },
        file: 'orderTotal.go',
        line: 1,
        says: ['in camelCase'],
      },
    ],
    near: [
      { name: 'the style of the folder', base: kebab, a: { 'src/order-total.ts': text } },
      { name: 'one small word', base: kebab, a: { 'src/totals.ts': text } },
      {
        name: 'three files are no majority',
        base: named('src/user-list.ts', 'src/user-card.ts', 'src/order-list.ts'),
        a: { 'src/orderTotal.ts': text },
      },
      {
        name: 'a folder of several styles',
        base: { ...kebab, ...named('src/aB.ts', 'src/cD.ts') },
        a: { 'src/eF.ts': text },
      },
      { name: 'files of another kind', base: kebab, a: { 'src/orderTotal.css': text, 'src/orderTotal.sql': text } },
      { name: 'another folder', base: kebab, a: { 'src/total/orderTotal.ts': text } },
      {
        name: 'a file moved there as it is called',
        base: { ...kebab, ...named('old/orderTotal.ts') },
        a: { 'old/orderTotal.ts': null, 'src/orderTotal.ts': text },
      },
      {
        name: 'texts are named as they come',
        base: named('a-b.md', 'c-d.md', 'e-f.md', 'g-h.md'),
        a: { 'GettingStarted.md': text },
      },
      {
        name: 'fixtures',
        base: named('t/fixtures/a-b.ts', 't/fixtures/c-d.ts', 't/fixtures/e-f.ts', 't/fixtures/g-h.ts'),
        a: { 't/fixtures/fooBar.ts': text },
      },
      {
        name: 'a hook among components',
        base: named('ui/UserList.tsx', 'ui/UserCard.tsx', 'ui/OrderList.tsx', 'ui/OrderCard.tsx'),
        a: { 'ui/useOrders.tsx': text },
      },
      {
        name: 'capitals with numbers, dots and brackets fit no style',
        base: kebab,
        a: { 'src/[id].ts': text, 'src/0001-init.ts': text, 'src/README.ts': text },
      },
      {
        name: 'the test of a file of one word',
        base: named('p/a_b.go', 'p/c_d.go', 'p/e_f.go', 'p/g_h.go'),
        a: { 'p/parser_test.go': text },
      },
      {
        name: 'the whole folder goes over to another style',
        base: kebab,
        a: {
          'src/user-list.ts': null,
          'src/user-card.ts': null,
          'src/userList.ts': '// user-list\n',
          'src/userCard.ts': '// user-card\n',
          'src/orderTotal.ts': text,
        },
      },
      {
        name: 'an edited file keeps its name',
        base: { ...kebab, ...named('src/orderTotal.ts') },
        a: { 'src/orderTotal.ts': text },
      },
      {
        name: 'a declaration file',
        base: kebab,
        a: { 'src/orderTotal.d.ts': text },
      },
    ],
  });
});

const functions = (...names: string[]) => names.map((name) => `export function ${name}() {}\n`).join('');
const camel = {
  'src/a.ts': functions('readUser', 'writeUser', 'readOrder'),
  'src/b.ts': functions('writeOrder', 'run'),
};
const python = (...names: string[]) => names.map((name) => `def ${name}():\n    pass\n\n`).join('');
const pythonic = {
  'app/users.py': python('read_user', 'write_user'),
  'app/orders.py': python('read_order', 'write_order'),
};
const classes = (...names: string[]) => names.map((name) => `export interface ${name} {}\n`).join('');
const component = (name: string) => `export function ${name}() {}\n`;
const components = Object.fromEntries(
  ['UserList', 'UserCard', 'OrderList', 'OrderCard'].map((name) => [`ui/${name}.tsx`, component(name)]),
);

describe('conflicts: names of new exports', () => {
  casesOf('convention', 'side', {
    found: [
      {
        name: 'snake_case among camelCase, in a new file',
        base: camel,
        a: { 'src/c.ts': functions('deleteUser', 'delete_order') },
        file: 'src/c.ts',
        line: 2,
        says: ['a names `delete_order` in src/c.ts in snake_case', '4 of the 4', 'camelCase'],
      },
      {
        name: 'snake_case among camelCase, in a file that is there',
        base: { 'src/a.ts': functions('readUser', 'writeUser', 'readOrder', 'writeOrder') },
        a: { 'src/a.ts': functions('readUser', 'writeUser', 'readOrder', 'writeOrder', 'delete_order') },
        file: 'src/a.ts',
        line: 5,
        says: ['delete_order'],
      },
      {
        name: 'camelCase among snake_case in Python',
        base: pythonic,
        a: { 'app/items.py': python('readItem') },
        file: 'app/items.py',
        line: 1,
        says: ['a names `readItem` in app/items.py in camelCase', 'snake_case'],
      },
      {
        name: 'a constant in snake_case among camelCase',
        base: camel,
        a: { 'src/c.ts': 'export const default_order = 1;\n' },
        file: 'src/c.ts',
        line: 1,
        says: ['default_order'],
      },
      {
        name: 'a type in snake_case among PascalCase',
        base: { 'src/t.ts': classes('User', 'Order', 'Item', 'Cart') },
        a: { 'src/u.ts': classes('order_total') },
        file: 'src/u.ts',
        line: 1,
        says: ['order_total', 'types', 'PascalCase'],
      },
      {
        name: 'a type in camelCase among PascalCase',
        base: { 'src/t.ts': classes('User', 'Order', 'Item', 'Cart') },
        a: { 'src/u.ts': classes('orderTotal') },
        file: 'src/u.ts',
        line: 1,
        says: ['orderTotal', 'camelCase'],
      },
      {
        name: 'a component in a file in camelCase, among files named as their components',
        base: components,
        a: { 'ui/orderTotal.tsx': component('OrderTotal') },
        file: 'ui/orderTotal.tsx',
        line: 1,
        says: ['a names ui/orderTotal.tsx in camelCase', 'PascalCase'],
      },
      {
        name: 'a class in a file in PascalCase, among files in camelCase with classes',
        base: Object.fromEntries(
          ['UserList', 'UserCard', 'OrderList', 'OrderCard'].map((name) => [
            `src/${name.charAt(0).toLowerCase()}${name.slice(1)}.ts`,
            `export class ${name} {}\n`,
          ]),
        ),
        a: { 'src/OrderTotal.ts': 'export class OrderTotal {}\n' },
        file: 'src/OrderTotal.ts',
        line: 1,
        says: ['in PascalCase', 'camelCase'],
      },
      {
        name: 'CommonJS',
        base: {
          'lib/a.js': 'exports.readUser = function () {};\nexports.writeUser = function () {};\n',
          'lib/b.js': 'exports.readOrder = function () {};\nexports.writeOrder = function () {};\n',
        },
        a: { 'lib/c.js': 'exports.delete_order = function () {};\n' },
        file: 'lib/c.js',
        line: 1,
        says: ['delete_order'],
      },
      {
        name: 'the first of several, once a file',
        base: camel,
        a: { 'src/c.ts': functions('delete_user', 'delete_order', 'delete_item') },
        file: 'src/c.ts',
        line: 1,
        says: ['delete_user'],
      },
    ],
    near: [
      { name: 'the style of the folder', base: camel, a: { 'src/c.ts': functions('deleteUser') } },
      { name: 'names of one word', base: camel, a: { 'src/c.ts': functions('run', 'stop') } },
      { name: 'a name that nobody else can use', base: camel, a: { 'src/c.ts': 'function delete_order() {}\n' } },
      { name: 'constants in capitals', base: camel, a: { 'src/c.ts': 'export const MAX_ORDERS = 1;\n' } },
      { name: 'components among functions', base: camel, a: { 'src/c.tsx': functions('OrderTotal') } },
      {
        name: 'three names are no majority',
        base: { 'src/a.ts': functions('readUser', 'writeUser', 'readOrder') },
        a: { 'src/c.ts': functions('delete_order') },
      },
      {
        name: 'both styles are usual there',
        base: { ...camel, 'src/c.ts': functions('read_item', 'write_item') },
        a: { 'src/d.ts': functions('delete_item') },
      },
      { name: 'another language', base: camel, a: { 'src/c.py': python('delete_order') } },
      {
        name: 'code that was moved keeps its names',
        base: { ...camel, 'old/x.ts': functions('delete_order') },
        a: { 'old/x.ts': null, 'src/c.ts': `${functions('deleteUser', 'delete_order')}// moved\n` },
      },
      { name: 'a test', base: camel, a: { 'src/c.test.ts': functions('delete_order') } },
      {
        name: 'members belong to what holds them',
        base: camel,
        a: { 'src/c.ts': 'export class Order {\n  delete_all() {}\n}\n' },
      },
      {
        name: 'a class that Python uses as a function',
        base: {
          'app/t.py':
            'class UserList:\n    pass\n\nclass OrderList:\n    pass\n\nclass Cart:\n    pass\n\nclass Item:\n    pass\n',
        },
        a: { 'app/u.py': 'class cached_property:\n    pass\n' },
      },
      { name: 'an alias of a type in Python', base: pythonic, a: { 'app/t.py': 'UserName = str\n' } },
      {
        name: 'a name that comes from elsewhere',
        base: pythonic,
        a: { 'app/t.py': 'try:\n    import cProfile\nexcept ImportError:\n    cProfile = None\n' },
      },
      {
        name: 'a default export says nothing of its name',
        base: Object.fromEntries(
          ['adaptTheme', 'createTheme', 'makeStyles', 'withStyles'].map((n) => [
            `src/${n}.js`,
            `export default function ${n}() {}\n`,
          ]),
        ),
        a: { 'src/ThemeProvider.js': 'export default () => null;\n' },
      },
      { name: 'a field of a type', base: camel, a: { 'src/c.ts': 'export interface Row {\n  user_id: string;\n}\n' } },
      {
        name: 'a class among files named as their functions',
        base: Object.fromEntries(
          ['userList', 'userCard', 'orderList', 'orderCard'].map((name) => [`src/${name}.ts`, functions(name)]),
        ),
        a: { 'src/OrderTotal.ts': 'export class OrderTotal {}\n' },
      },
      {
        name: 'helpers among files named as their components',
        base: components,
        a: { 'ui/orderHelpers.tsx': functions('orderTotal', 'orderTax') },
      },
    ],
  });
});

const prettier = (settings: object) => `${JSON.stringify(settings, null, 2)}\n`;
const config = {
  'package.json': '{}\n',
  '.prettierrc': prettier({ tabWidth: 2, singleQuote: true }),
  'src/a.ts': 'a\n',
};

describe('conflicts: settings of formatters', () => {
  casesOf('convention', 'pair', {
    found: [
      {
        name: 'two configurations of one tool',
        base: { 'a.ts': 'a\n' },
        a: { '.prettierrc': prettier({ singleQuote: true }) },
        b: { '.prettierrc.json': prettier({ singleQuote: false }) },
        file: '.prettierrc',
        line: 1,
        says: ['a sets quotes to single in .prettierrc', 'b sets it to double in .prettierrc.json'],
      },
      {
        name: 'two tools that set one thing',
        base: { 'a.ts': 'a\n' },
        a: { 'biome.json': prettier({ formatter: { indentStyle: 'tab' } }) },
        b: { '.editorconfig': 'root = true\n\n[*]\nindent_style = space\n' },
        file: 'biome.json',
        line: 1,
        says: ['indent style to tab in biome.json', 'space in .editorconfig'],
      },
      {
        name: 'two formatters for one language',
        base: { 'a.ts': 'a\n' },
        a: { '.prettierrc': '{}\n' },
        b: { 'biome.jsonc': '{ /* all as it comes */ }\n' },
        file: '.prettierrc',
        line: 1,
        says: ['formatter to prettier', 'biome'],
      },
      {
        name: 'two places for Python',
        base: { 'a.py': 'a\n' },
        a: { 'pyproject.toml': '[tool.black]\nline-length = 100\n' },
        b: { '.flake8': '[flake8]\nmax-line-length = 88\n' },
        file: 'pyproject.toml',
        line: 1,
        says: ['line width to 100 in pyproject.toml', '88 in .flake8'],
      },
      {
        name: 'settings of the package and of a file',
        base: { 'package.json': '{\n  "name": "p"\n}\n' },
        a: { 'package.json': '{\n  "name": "p",\n  "prettier": { "semi": false }\n}\n' },
        b: { 'prettier.config.mjs': 'export default {\n  semi: true,\n};\n' },
        file: 'package.json',
        line: 2,
        says: ['semicolons to as needed in package.json', 'always in prettier.config.mjs'],
      },
      {
        name: 'one side changes the width of the indent while the other adds code',
        base: config,
        a: { '.prettierrc': prettier({ tabWidth: 4, singleQuote: true }) },
        b: { 'src/b.ts': 'b\n' },
        file: '.prettierrc',
        line: 2,
        says: ['a changes indent width from 2 to 4 in .prettierrc', 'b adds src/b.ts under the old setting'],
      },
      {
        name: 'one side changes the quotes while the other edits code',
        base: config,
        a: { '.prettierrc': prettier({ tabWidth: 2, singleQuote: false }) },
        b: { 'src/a.ts': 'b\n' },
        file: '.prettierrc',
        line: 3,
        says: ['a changes quotes from single to double', 'b changes src/a.ts'],
      },
      {
        name: 'one side takes a setting away',
        base: config,
        a: { '.prettierrc': prettier({ tabWidth: 2 }) },
        b: { 'src/b.ts': 'b\n' },
        file: '.prettierrc',
        line: 2,
        says: ['from single to the default'],
      },
      {
        name: 'one side sets what had its default',
        base: config,
        a: { '.prettierrc': prettier({ tabWidth: 2, singleQuote: true, printWidth: 120 }) },
        b: { 'src/b.ts': 'b\n' },
        file: '.prettierrc',
        line: 3,
        says: ['line width from the default to 120'],
      },
      {
        name: 'the settings of a folder, and code in it',
        base: { 'web/.prettierrc.yaml': 'semi: true\n', 'web/a.ts': 'a\n' },
        a: { 'web/.prettierrc.yaml': 'semi: false\n' },
        b: { 'web/src/b.tsx': 'b\n' },
        file: 'web/.prettierrc.yaml',
        line: 1,
        says: ['semicolons from always to as needed'],
      },
      {
        name: 'Rust',
        base: { 'rustfmt.toml': 'max_width = 100\n', 'src/lib.rs': 'a\n' },
        a: { 'rustfmt.toml': 'max_width = 80\n' },
        b: { 'src/b.rs': 'b\n' },
        file: 'rustfmt.toml',
        line: 1,
        says: ['line width from 100 to 80'],
      },
      {
        name: 'two sides fill one new folder in two styles',
        base: { 'src/index.ts': 'a\n' },
        a: { 'src/new/user-list.ts': 'a\n', 'src/new/user-card.ts': 'a\n' },
        b: { 'src/new/orderList.ts': 'b\n', 'src/new/orderCard.ts': 'b\n' },
        file: 'src/new/user-card.ts',
        line: 1,
        says: ['a names its new files in src/new in kebab-case', 'b in camelCase'],
      },
    ],
    near: [
      {
        name: 'two tools that agree',
        base: { 'a.ts': 'a\n' },
        a: { '.prettierrc': prettier({ tabWidth: 2 }) },
        b: { '.editorconfig': '[*]\nindent_size = 2\n' },
      },
      {
        name: 'settings of two languages',
        base: { 'a.ts': 'a\n' },
        a: { '.prettierrc': prettier({ printWidth: 120 }) },
        b: { 'pyproject.toml': '[tool.black]\nline-length = 88\n' },
      },
      {
        name: 'the other configuration has a word of its own for the language',
        base: { 'a.ts': 'a\n' },
        a: { '.prettierrc': prettier({ tabWidth: 2 }) },
        b: { '.editorconfig': '[*]\nindent_size = 4\n\n[*.{js,ts}]\nindent_size = 2\n' },
      },
      {
        name: 'settings of two packages',
        base: { 'a.ts': 'a\n' },
        a: { 'one/.prettierrc': prettier({ tabWidth: 2 }) },
        b: { 'two/.prettierrc.json': prettier({ tabWidth: 4 }) },
      },
      {
        name: 'the settings change while the other writes another language',
        base: config,
        a: { '.prettierrc': prettier({ tabWidth: 4, singleQuote: true }) },
        b: { 'app.py': 'b\n', 'README.md': 'b\n' },
      },
      {
        name: 'the settings change elsewhere',
        base: { ...config, 'docs/.prettierrc': prettier({ tabWidth: 2 }) },
        a: { 'docs/.prettierrc': prettier({ tabWidth: 4 }) },
        b: { 'src/b.ts': 'b\n' },
      },
      {
        name: 'only the layout of the configuration changes',
        base: config,
        a: { '.prettierrc': '{"singleQuote": true, "tabWidth": 2}\n' },
        b: { 'src/b.ts': 'b\n' },
      },
      {
        name: 'the settings go to another file as they are',
        base: config,
        a: { '.prettierrc': null, '.prettierrc.yaml': 'tabWidth: 2\nsingleQuote: true\n' },
        b: { 'src/b.ts': 'b\n' },
      },
      {
        name: 'a first configuration',
        base: { 'src/a.ts': 'a\n' },
        a: { '.prettierrc': prettier({ tabWidth: 4 }) },
        b: { 'src/b.ts': 'b\n' },
      },
      {
        name: 'both make the same change',
        base: config,
        a: { '.prettierrc': prettier({ tabWidth: 4, singleQuote: true }) },
        b: { '.prettierrc': prettier({ tabWidth: 4, singleQuote: true }), 'src/b.ts': 'b\n' },
      },
      {
        name: 'another setting of the linter',
        base: { 'biome.json': prettier({ linter: { enabled: true } }), 'src/a.ts': 'a\n' },
        a: { 'biome.json': prettier({ linter: { enabled: false } }) },
        b: { 'src/b.ts': 'b\n' },
      },
      {
        name: 'a dependency changes beside the settings',
        base: { 'package.json': '{\n  "prettier": { "semi": false },\n  "version": "1.0.0"\n}\n', 'src/a.ts': 'a\n' },
        a: { 'package.json': '{\n  "prettier": { "semi": false },\n  "version": "1.0.1"\n}\n' },
        b: { 'src/b.ts': 'b\n' },
      },
      {
        name: 'two sides fill one new folder in one style',
        base: { 'src/index.ts': 'a\n' },
        a: { 'src/new/user-list.ts': 'a\n', 'src/new/user-card.ts': 'a\n' },
        b: { 'src/new/order-list.ts': 'b\n', 'src/new/order-card.ts': 'b\n' },
      },
      {
        name: 'one file is no style',
        base: { 'src/index.ts': 'a\n' },
        a: { 'src/new/user-list.ts': 'a\n', 'src/new/user-card.ts': 'a\n' },
        b: { 'src/new/orderList.ts': 'b\n' },
      },
      {
        name: 'a class and functions in a new folder',
        base: { 'src/index.ts': 'a\n' },
        a: { 'src/new/UserList.ts': 'a\n', 'src/new/UserCard.ts': 'a\n' },
        b: { 'src/new/orderList.ts': 'b\n', 'src/new/orderCard.ts': 'b\n' },
      },
    ],
  });
});
