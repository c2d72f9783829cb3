import { itFinds, itLetsPass, lines } from '../codeCases';

const text = lines(
  'package text',
  '',
  'type Parser struct {',
  '\tStrict bool',
  '\tLimit  int',
  '}',
  '',
  'func NewParser() *Parser { return &Parser{} }',
  '',
  'func (p *Parser) Parse(s string) []string { return cut(s) }',
  '',
  'func Split(s string) []string { return cut(s) }',
  '',
  'func cut(s string) []string { return []string{s} }',
);
const base = { 'go.mod': 'module example.com/app\n', 'text/text.go': text };
const use = (...body: string[]) =>
  lines(
    'package main',
    '',
    'import "example.com/app/text"',
    '',
    'func main() {',
    ...body.map((line) => `\t${line}`),
    '}',
  );

describe('hazard signature: Go', () => {
  itFinds('signature', [
    {
      name: 'a parameter is added',
      base,
      a: { 'text/text.go': text.replace('Split(s string)', 'Split(s, sep string)') },
      b: { 'main.go': use('text.Split("a b")') },
      file: 'main.go',
      line: 'text.Split(',
      says: 'a changes `Split(s)` to `Split(s, sep)`, but b newly calls it with 1 argument in main.go.',
    },
    {
      name: 'an error is given back too',
      base,
      a: {
        'text/text.go': text.replace(
          'Split(s string) []string { return cut(s) }',
          'Split(s string) ([]string, error) { return cut(s), nil }',
        ),
      },
      b: { 'main.go': use('words := text.Split("a b")', '_ = words') },
      file: 'main.go',
      line: 'text.Split(',
      says: '([]string, error)',
    },
    {
      name: 'a method takes more',
      base,
      a: { 'text/text.go': text.replace('Parse(s string)', 'Parse(s string, limit int)') },
      b: { 'main.go': use('p := text.NewParser()', 'p.Parse("a b")') },
      file: 'main.go',
      line: 'p.Parse(',
      says: '`Parser.Parse(s, limit)`',
    },
    {
      name: 'a field is removed that a literal newly has',
      base,
      a: { 'text/text.go': text.replace('\tLimit  int\n', '') },
      b: { 'main.go': use('p := text.Parser{Strict: true, Limit: 3}', '_ = p') },
      file: 'main.go',
      line: 'Limit: 3',
      says: '`Limit`',
    },
    {
      name: 'what the package keeps to itself takes more, and a new file of it calls it',
      base,
      a: {
        'text/text.go': text.replace('cut(s string)', 'cut(s string, at int)').replaceAll('cut(s) }', 'cut(s, 1) }'),
      },
      b: { 'text/words.go': lines('package text', '', 'func Words(s string) []string { return cut(s) }') },
      file: 'text/words.go',
      line: 'cut(s)',
      says: '`cut(s, at)`',
    },
    {
      name: 'a function is removed',
      base,
      a: { 'text/text.go': text.replace('func Split(s string) []string { return cut(s) }\n', '') },
      b: { 'cmd/run/main.go': use('text.Split("a b")') },
      file: 'cmd/run/main.go',
      line: 'text.Split(',
      says: 'a removes `Split(s)`',
    },
  ]);
});

describe('no hazard signature: Go', () => {
  itLetsPass('signature', [
    {
      name: 'a function goes to another file of its package',
      base,
      a: {
        'text/text.go': text.replace('func Split(s string) []string { return cut(s) }\n', ''),
        'text/split.go': lines('package text', '', 'func Split(s string) []string { return cut(s) }'),
      },
      b: { 'main.go': use('text.Split("a b")') },
    },
    {
      name: 'any number more is taken',
      base,
      a: { 'text/text.go': text.replace('Split(s string)', 'Split(s string, seps ...string)') },
      b: { 'main.go': use('text.Split("a b")') },
    },
    {
      name: 'a package of the standard library has the name',
      base,
      a: { 'text/text.go': text.replace('Split(s string)', 'Split(s, sep string)') },
      b: { 'main.go': lines('package main', '', 'import "strings"', '', 'func main() { strings.Split("a b") }') },
    },
    {
      name: 'a field is added',
      base,
      a: { 'text/text.go': text.replace('\tLimit  int', '\tLimit  int\n\tLoose  bool') },
      b: { 'main.go': use('p := text.Parser{Strict: true, Limit: 3}', '_ = p') },
    },
    {
      name: 'parameters have other names',
      base,
      a: {
        'text/text.go': text.replace(
          'Split(s string) []string { return cut(s) }',
          'Split(line string) []string { return cut(line) }',
        ),
      },
      b: { 'main.go': use('text.Split("a b")') },
    },
  ]);
});
