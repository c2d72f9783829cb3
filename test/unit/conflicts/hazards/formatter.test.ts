import assert from 'node:assert/strict';
import { readFormatter } from '../../../../src/core/conflicts/hazards/data/formatter';

const read = async (path: string, text: string) => {
  assert.ok(readFormatter.wants(path), path);
  return (await readFormatter.read(path, Buffer.from(text)))?.settings ?? null;
};

describe('conflicts: settings of formatters are read from', () => {
  for (const [path, text, settings] of [
    [
      '.prettierrc',
      '{ "tabWidth": 4, "semi": false }',
      { 'js formatter': 'prettier', 'js indent width': '4', 'js semicolons': 'as needed' },
    ],
    [
      'a/.prettierrc',
      'useTabs: true\noverrides:\n  - files: "*.md"\n    options: {useTabs: false}\n',
      { 'js formatter': 'prettier', 'js indent style': 'tab' },
    ],
    [
      '.prettierrc.toml',
      'printWidth = 100 # wide\n[overrides]\nprintWidth = 80\n',
      { 'js formatter': 'prettier', 'js line width': '100' },
    ],
    [
      'prettier.config.mjs',
      "export default {\n  singleQuote: true,\n  trailingComma: 'all',\n};\n",
      { 'js formatter': 'prettier', 'js quotes': 'single', 'js trailing commas': 'all' },
    ],
    ['package.json', '{"prettier": {"singleQuote": false}}', { 'js formatter': 'prettier', 'js quotes': 'double' }],
    ['package.json', '{"name": "p"}', null],
    ['package.json', '{"prettier": "@team/prettier"}', null],
    [
      'biome.jsonc',
      '{\n\t// Ours.\n\t"formatter": { "indentStyle": "space", "lineWidth": 120, },\n\t"javascript": { "formatter": { "quoteStyle": "single" } }\n}\n',
      { 'js formatter': 'biome', 'js indent style': 'space', 'js line width': '120', 'js quotes': 'single' },
    ],
    [
      '.eslintrc.json',
      '{"rules": {"indent": ["error", 2], "quotes": ["error", "single"], "no-var": "error"}}',
      { 'js indent width': '2', 'js quotes': 'single' },
    ],
    [
      '.editorconfig',
      'root = true\n[*]\nindent_style = space ; all\nindent_size = 4\n[*.{js,ts}]\nindent_size = 2\n[Makefile]\nindent_style = tab\n',
      { '* indent style': 'space', '* indent width': '4', 'js indent width': '2' },
    ],
    [
      'pyproject.toml',
      '[project]\nname = "p"\n[tool.black]\nline-length = 100\ntarget-version = ["py311"]\n',
      { 'python formatter': 'black', 'python line width': '100' },
    ],
    ['pyproject.toml', '[project]\nname = "p"\n', null],
    [
      'ruff.toml',
      'line-length = 88\n[format]\nquote-style = "single"\n',
      { 'python line width': '88', 'python quotes': 'single' },
    ],
    ['setup.cfg', '[metadata]\nname = p\n[flake8]\nmax-line-length = 100\n', { 'python line width': '100' }],
    [
      'rustfmt.toml',
      'max_width = 80\nhard_tabs = true\n',
      { 'rust formatter': 'rustfmt', 'rust line width': '80', 'rust indent style': 'tab' },
    ],
    [
      '.clang-format',
      '---\nBasedOnStyle: LLVM\nIndentWidth: 4\n---\nLanguage: Java\nIndentWidth: 2\n',
      { 'c formatter': 'llvm', 'c indent width': '4' },
    ],
    ['.rubocop.yml', 'Layout/LineLength:\n  Max: 100\n', { 'ruby line width': '100' }],
    [
      'deno.json',
      '{"fmt": {"semiColons": false}, "tasks": {"lineWidth": "x"}}',
      { 'js formatter': 'deno', 'js semicolons': 'as needed' },
    ],
  ] as const) {
    it(`${path}: ${JSON.stringify(settings)}`, async () => assert.deepEqual(await read(path, text), settings));
  }

  it('no other file', () => {
    for (const path of ['src/prettier.ts', 'package-lock.json', '.prettierignore', 'tsconfig.json']) {
      assert.ok(!readFormatter.wants(path), path);
    }
  });

  it('Bad input: a configuration that cannot be read is named with line and column', async () => {
    await assert.rejects(read('.prettierrc', '{\n  "semi": [\n}\n'), /it is no JSON \(line 3, column 1\)/);
    await assert.rejects(read('.prettierrc.yaml', 'a: b: c\n'), /it is no YAML \(line 1, column \d+\)/);
    await assert.rejects(read('biome.json', '<<<<<<< ours\n{}\n'), /it is no JSON/);
  });

  it('Bad input: a package.json that is not JSON is left to the reader of dependencies', async () => {
    assert.equal(await read('package.json', '{ "name": '), null);
    assert.equal(await read('package.json', 'null'), null);
  });

  it('Bad input: aliases that would fill the memory, binary, and nothing at all', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((name, n) => `${name}: &${name} [${`*${'abcdefgh'[n]},`.repeat(9)}]`)
      .join('\n')}\n`;
    await assert.rejects(read('.prettierrc', bomb), /more aliases/);
    assert.deepEqual(await read('.prettierrc', ''), { 'js formatter': 'prettier' });
    assert.deepEqual(await read('.editorconfig', '\0\u0001\uFFFF'), {});
  });
});
