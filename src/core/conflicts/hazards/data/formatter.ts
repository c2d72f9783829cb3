import type { FormatterFacts } from '../facts';
import type { FactReader } from '../reader';
import { flatten, readObject } from './formatter/objects';
import { readSections } from './formatter/sections';
import { type FormattedLanguage, languageOf, type Vocabulary, vocabularies } from './formatter/vocabulary';

type Read = (text: string, name: string) => FormatterFacts | null;

/** Formatters' configurations by the names of their files; where one holds many things, what it says of formatters. */
const readers: readonly (readonly [RegExp, Read])[] = [
  [/^\.prettierrc(?:\.(?:json5?|ya?ml|toml|[cm]?[jt]s))?$|^prettier\.config\.[cm]?[jt]s$/, readPrettier],
  [/^biome\.jsonc?$/, (text) => ofKeys('biome', 'js', flatten(readObject(text, 'JSON')))],
  [/^deno\.jsonc?$/, (text) => ofKeys('deno', 'js', under(flatten(readObject(text, 'JSON')), 'fmt'))],
  [/^\.?dprint\.jsonc?$/, (text) => ofKeys('dprint', 'js', flatten(readObject(text, 'JSON')))],
  [/^\.eslintrc(?:\.(?:json|ya?ml))?$/, readEslint],
  [/^package\.json$/, readPackage],
  [/^\.editorconfig$/, readEditorConfig],
  [/^(?:pyproject|\.?ruff)\.toml$|^(?:setup|tox)\.(?:cfg|ini)$|^\.(?:flake8|style\.yapf|isort\.cfg)$/, readPython],
  [/^\.?rustfmt\.toml$/, (text) => ofKeys('rustfmt', 'rust', readSections(text).get('') ?? new Map())],
  [/^[._]clang-format$/, (text) => ofKeys('clang-format', 'c', flatten(readObject(firstDocument(text), 'YAML')))],
  [/^\.rubocop\.yml$/, (text) => ofKeys('rubocop', 'ruby', flatten(readObject(text, 'YAML')))],
];

/**
 * What a project says of how its code looks, in the words that all formatters share: `js quotes`, `python line width`;
 * `*` stands for every language.
 */
export const readFormatter: FactReader<FormatterFacts> = {
  wants: (path) => readerOf(path) !== undefined,
  read: async (path, content) => readerOf(path)?.(content.toString('utf8'), nameOf(path)) ?? null,
};

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function readerOf(path: string): Read | undefined {
  const name = nameOf(path);
  return readers.find(([names]) => names.test(name))?.[1];
}

/** Those of a tool's keys that are known; also by the last part of their path. */
function ofKeys(
  tool: keyof typeof vocabularies,
  language: FormattedLanguage,
  values: ReadonlyMap<string, string>,
  formatter: string | null = ['eslint', 'rubocop', 'clang-format'].includes(tool) ? null : tool,
): FormatterFacts {
  const settings: Record<string, string> = formatter === null ? {} : { [`${language} formatter`]: formatter };
  const known: Vocabulary = vocabularies[tool];
  for (const [key, value] of values) {
    // What holds for some files only (`overrides`) says nothing of the others.
    if (/^(?:overrides|linter)\b/.test(key)) continue;
    const entry = known[key] ?? known[key.split('.').at(-1) ?? ''];
    const said = entry?.[1](value) ?? null;
    if (entry !== undefined && said !== null) settings[`${language} ${entry[0]}`] = said;
  }
  return { tool, settings };
}

function under(values: ReadonlyMap<string, string>, section: string): Map<string, string> {
  const prefix = `${section}.`;
  return new Map(
    [...values].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

function readPrettier(text: string, name: string): FormatterFacts {
  if (/\.[cm]?[jt]s$/.test(name)) {
    // A program: only what it plainly writes is known.
    const plain = [...text.matchAll(/\b(\w+)\s*:\s*(?:(['"])(\w+)\2|(\w+))\s*[,}\n]/g)];
    return ofKeys('prettier', 'js', new Map(plain.map((part) => [part[1] ?? '', part[3] ?? part[4] ?? ''])));
  }
  if (name.endsWith('.toml')) return ofKeys('prettier', 'js', readSections(text).get('') ?? new Map());
  const isJson = /\.json5?$/.test(name) || /^\s*(?:[{]|\/[/*])/.test(text);
  return ofKeys('prettier', 'js', flatten(readObject(text, isJson ? 'JSON' : 'YAML')));
}

function readEslint(text: string, name: string): FormatterFacts {
  const isJson = name.endsWith('.json') || /^\s*(?:[{]|\/[/*])/.test(text);
  return ofKeys('eslint', 'js', flatten(readObject(text, isJson ? 'JSON' : 'YAML')));
}

/** A `package.json` that is not JSON is told by the reader of dependencies. */
function readPackage(text: string): FormatterFacts | null {
  try {
    const { prettier, eslintConfig } = JSON.parse(text) as { prettier?: unknown; eslintConfig?: unknown };
    if (typeof prettier === 'object' && prettier !== null) return ofKeys('prettier', 'js', flatten(prettier));
    const lint = flatten(eslintConfig ?? {});
    return lint.size === 0 ? null : ofKeys('eslint', 'js', lint);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** editorconfig.org: a section holds for the files that its glob means. */
function readEditorConfig(text: string): FormatterFacts {
  const settings: Record<string, string> = {};
  for (const [glob, values] of readSections(text)) {
    const endings = /^\*\.(?:\{([\w,\s]+)\}|(\w+))$/.exec(glob);
    const languages = (endings?.[1] ?? endings?.[2] ?? '').split(',').map((each) => languageOf(each.trim()));
    for (const language of glob === '*' ? ['*' as const] : new Set(languages)) {
      if (language === null) continue;
      const { settings: own } = ofKeys('editorconfig', 'js', values, null);
      for (const [key, value] of Object.entries(own)) settings[key.replace(/^js/, language)] = value;
    }
  }
  return { tool: 'editorconfig', settings };
}

/** Sections of the tools that decide how Python looks; all of `.flake8` and `ruff.toml`. */
const pythonSections = /^(?:tool\.(?:black|ruff(?:\.format)?|yapf)|flake8|pycodestyle|yapf|style|format|)$/;
const pythonFormatters = [
  ['black', 'tool.black'],
  ['ruff', 'tool.ruff.format'],
  ['yapf', 'tool.yapf'],
  ['yapf', 'style'],
] as const;

function readPython(text: string): FormatterFacts | null {
  const sections = readSections(text);
  const values = [...sections].filter(([name]) => pythonSections.test(name)).flatMap(([, each]) => [...each]);
  const [formatter] = pythonFormatters.find(([, section]) => sections.has(section)) ?? [null];
  const facts = ofKeys('python', 'python', new Map(values), formatter);
  return Object.keys(facts.settings).length === 0 ? null : facts;
}

/** `.clang-format` may hold one document for each language. */
function firstDocument(text: string): string {
  return text.replace(/^---[^\n]*\n/, '').split(/^---/m)[0] ?? '';
}
