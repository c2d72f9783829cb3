/** What formatters decide, in words that all of them share. */
export type Setting =
  | 'formatter'
  | 'indent style'
  | 'indent width'
  | 'line width'
  | 'quotes'
  | 'semicolons'
  | 'trailing commas'
  | 'line ends'
  | 'bracket spacing'
  | 'arrow parentheses';

/** `js` is all that the formatters of the web format. */
export const formattedLanguages = ['js', 'python', 'rust', 'c', 'ruby'] as const;
export type FormattedLanguage = (typeof formattedLanguages)[number];

/** Which of them a file is of; null: none. */
export function formattedAs(path: string): FormattedLanguage | null {
  const ending = /\.(\w+)$/.exec(path)?.[1] ?? '';
  return languageOf(ending);
}

export function languageOf(ending: string): FormattedLanguage | null {
  if (/^(?:[cm]?[jt]sx?|vue|svelte|css|scss|less)$/.test(ending)) return 'js';
  if (/^pyi?$/.test(ending)) return 'python';
  if (ending === 'rs') return 'rust';
  if (/^(?:c|h|cc|hh|cpp|hpp|cxx)$/.test(ending)) return 'c';
  return ending === 'rb' ? 'ruby' : null;
}

type Meaning = (value: string) => string | null;

const number: Meaning = (value) => (/^\d+$/.test(value) ? value : null);
const word: Meaning = (value) => value.toLowerCase();
/** The same under the names that other tools have for it; null: it depends on the file or the system. */
const renamed =
  (names: Readonly<Record<string, string | null>>): Meaning =>
  (value) => {
    const said = value.toLowerCase();
    return Object.hasOwn(names, said) ? (names[said] ?? null) : said;
  };
const semicolons = renamed({ never: 'as needed', asneeded: 'as needed', true: 'always', false: 'as needed' });
const commas = renamed({ 'always-multiline': 'all', never: 'none' });
const ends = renamed({ unix: 'lf', windows: 'crlf', auto: null, native: null });
const truth =
  (yes: string, no: string): Meaning =>
  (value) =>
    /^(?:true|yes)$/i.test(value) ? yes : /^(?:false|no|never)$/i.test(value) ? no : null;

const prettier = {
  tabWidth: ['indent width', number],
  useTabs: ['indent style', truth('tab', 'space')],
  printWidth: ['line width', number],
  singleQuote: ['quotes', truth('single', 'double')],
  semi: ['semicolons', semicolons],
  trailingComma: ['trailing commas', commas],
  endOfLine: ['line ends', ends],
  bracketSpacing: ['bracket spacing', word],
  arrowParens: ['arrow parentheses', word],
} as const satisfies Vocabulary;

const formatterKeys = {
  indentStyle: ['indent style', word],
  indentWidth: ['indent width', number],
  lineWidth: ['line width', number],
  lineEnding: ['line ends', ends],
  useTabs: ['indent style', truth('tab', 'space')],
  quoteStyle: ['quotes', word],
  singleQuote: ['quotes', truth('single', 'double')],
  semicolons: ['semicolons', semicolons],
  semiColons: ['semicolons', semicolons],
  trailingCommas: ['trailing commas', commas],
  bracketSpacing: ['bracket spacing', word],
} as const satisfies Vocabulary;

/** By the tool's key. Keys of rules are those of the flattened file: `rules.indent.1`. */
export type Vocabulary = Readonly<Record<string, readonly [Setting, Meaning]>>;

/** What the keys of each tool mean; where one has sections, by the last part of the path. */
export const vocabularies = {
  prettier,
  biome: formatterKeys,
  deno: formatterKeys,
  dprint: formatterKeys,
  eslint: {
    'rules.indent.1': ['indent width', number],
    'rules.quotes.1': ['quotes', word],
    'rules.semi.1': ['semicolons', semicolons],
    'rules.max-len.1': ['line width', number],
    'rules.max-len.1.code': ['line width', number],
    'rules.comma-dangle.1': ['trailing commas', commas],
    'rules.linebreak-style.1': ['line ends', ends],
  },
  editorconfig: {
    indent_style: ['indent style', word],
    indent_size: ['indent width', number],
    max_line_length: ['line width', number],
    end_of_line: ['line ends', ends],
    quote_type: ['quotes', word],
  },
  python: {
    'line-length': ['line width', number],
    line_length: ['line width', number],
    'max-line-length': ['line width', number],
    max_line_length: ['line width', number],
    column_limit: ['line width', number],
    'quote-style': ['quotes', word],
    'indent-style': ['indent style', word],
    'indent-width': ['indent width', number],
    indent_width: ['indent width', number],
    'line-ending': ['line ends', ends],
  },
  rustfmt: {
    max_width: ['line width', number],
    tab_spaces: ['indent width', number],
    hard_tabs: ['indent style', truth('tab', 'space')],
    newline_style: ['line ends', ends],
  },
  'clang-format': {
    IndentWidth: ['indent width', number],
    ColumnLimit: ['line width', number],
    UseTab: ['indent style', truth('tab', 'space')],
    BasedOnStyle: ['formatter', word],
  },
  rubocop: {
    'Layout/LineLength.Max': ['line width', number],
    'Layout/IndentationWidth.Width': ['indent width', number],
    'Style/StringLiterals.EnforcedStyle': ['quotes', word],
  },
} as const satisfies Readonly<Record<string, Vocabulary>>;
