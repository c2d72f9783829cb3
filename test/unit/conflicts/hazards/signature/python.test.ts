import { itFinds, itLetsPass, lines } from '../codeCases';

const text = lines(
  'def parse(text: str, strict: bool = False) -> list[str]:',
  '    return text.split()',
  '',
  '',
  'def join(parts):',
  "    return ' '.join(parts)",
);
const base = {
  'app/text.py': text,
  'app/__init__.py': '',
  'app/main.py': 'from app.text import join\n\nprint(join([]))\n',
};
const added = text.replace('text: str, strict', 'text: str, separator: str, strict');
const calls = lines('from app.text import parse', '', "words = parse('a b')");
const store = lines(
  'from abc import ABC, abstractmethod',
  'from dataclasses import dataclass',
  '',
  '',
  '@dataclass',
  'class User:',
  '    id: int',
  "    name: str = ''",
  '',
  '',
  'class Store(ABC):',
  '    @abstractmethod',
  '    def get(self, key: str) -> User | None: ...',
  '',
  '    def close(self, now: bool) -> None:',
  '        pass',
);

describe('hazard signature: Python', () => {
  itFinds('signature', [
    {
      name: 'a parameter is added',
      base,
      a: { 'app/text.py': added },
      b: { 'app/words.py': calls },
      file: 'app/words.py',
      line: 'parse(',
      says: 'a changes `parse(text, strict?)` to `parse(text, separator, strict?)`, but b newly calls it with 1 argument in app/words.py.',
    },
    {
      name: 'a parameter has another name, and is newly given by the old one',
      base,
      a: { 'app/text.py': text.replace('strict', 'exact') },
      b: { 'app/words.py': lines('from .text import parse', '', "words = parse('a b', strict=True)") },
      file: 'app/words.py',
      line: 'strict=True',
      says: 'with `strict`, which it no longer takes',
    },
    {
      name: 'a parameter can be given by its name only',
      base,
      a: { 'app/text.py': text.replace('text: str, strict', 'text: str, *, strict') },
      b: { 'app/words.py': calls.replace("'a b'", "'a b', True") },
      file: 'app/words.py',
      line: 'parse(',
      says: 'with 2 arguments',
    },
    {
      name: 'a function is removed that is called through its module',
      base,
      a: { 'app/text.py': text.slice(text.indexOf('def join')) },
      b: { 'app/words.py': lines('from app import text', '', "words = text.parse('a b')") },
      file: 'app/words.py',
      line: 'text.parse(',
      says: 'a removes `parse(text, strict?)`, which b newly calls in app/words.py.',
    },
    {
      name: 'a dataclass asks for one more',
      base: { 'app/store.py': store },
      a: { 'app/store.py': store.replace('    id: int', '    id: int\n    email: str') },
      b: { 'app/use.py': lines('import app.store', '', 'one = app.store.User(id=1)') },
      file: 'app/use.py',
      line: 'User(id=1)',
      says: 'without `email`',
    },
    {
      name: 'a method is removed that is newly called',
      base: { 'app/store.py': store },
      a: { 'app/store.py': store.slice(0, store.indexOf('    def close')) },
      b: {
        'app/use.py': lines('from app.store import Store', '', '', 'def end(store: Store):', '    store.close(True)'),
      },
      file: 'app/use.py',
      line: 'store.close(True)',
      says: 'a removes `Store.close(now)`',
    },
    {
      name: 'an abstract method is added that a new class lacks',
      base: { 'app/store.py': store },
      a: {
        'app/store.py': store.replace(
          '    @abstract',
          '    @abstractmethod\n    def put(self, key: str) -> None: ...\n\n    @abstract',
        ),
      },
      b: {
        'app/memory.py': lines(
          'from app.store import Store',
          '',
          '',
          'class Memory(Store):',
          '    def get(self, key):',
          '        return None',
        ),
      },
      file: 'app/memory.py',
      line: 'class Memory(Store)',
      says: 'a adds `put` to `Store`',
    },
    {
      name: 'a function becomes a coroutine',
      base,
      a: { 'app/text.py': text.replace('def parse', 'async def parse') },
      b: { 'app/words.py': calls },
      file: 'app/words.py',
      line: 'parse(',
      says: 'without awaiting it',
    },
    {
      name: 'a helper of one file takes more, and is newly called there',
      base: {
        'app/text.py': `${lines('def _cut(text):', '    return text[1:]', '', '', 'def first(text):', '    return _cut(text)', '')}\n${text}`,
      },
      a: {
        'app/text.py': `${lines('def _cut(text, at):', '    return text[at:]', '', '', 'def first(text):', '    return _cut(text, 1)', '')}\n${text}`,
      },
      b: {
        'app/text.py': `${lines('def _cut(text):', '    return text[1:]', '', '', 'def first(text):', '    return _cut(text)', '')}\n${text}\n\ndef last(one):\n    other = one\n    return _cut(other)\n`,
      },
      file: 'app/text.py',
      line: '_cut(other)',
      says: 'with 1 argument',
    },
  ]);
});

describe('no hazard signature: Python', () => {
  itLetsPass('signature', [
    {
      name: 'a parameter with a default is added',
      base,
      a: { 'app/text.py': text.replace('text: str, strict', "text: str, separator: str = ' ', strict") },
      b: { 'app/words.py': calls },
    },
    {
      name: 'a parameter has another name, and is given by its place',
      base,
      a: { 'app/text.py': text.replaceAll('text', 'source') },
      b: { 'app/words.py': calls },
    },
    {
      name: 'any keyword is taken',
      base,
      a: { 'app/text.py': text.replace('strict: bool = False', '**options') },
      b: { 'app/words.py': calls.replace("'a b'", "'a b', strict=True") },
    },
    {
      name: 'a module becomes a package that hands it on',
      base,
      a: { 'app/text.py': null, 'app/text/__init__.py': 'from .words import join, parse\n', 'app/text/words.py': text },
      b: { 'app/words.py': calls },
    },
    {
      name: 'a module of another package has the name',
      base: { ...base, 'lib/text.py': text },
      a: { 'app/text.py': added },
      b: { 'lib/words.py': lines('from .text import parse', '', "words = parse('a b')") },
    },
    {
      name: 'arguments come from a list',
      base,
      a: { 'app/text.py': added },
      b: { 'app/words.py': lines('from app.text import parse', '', "args = ['a', 'b']", 'words = parse(*args)') },
    },
    {
      name: 'a method with a body is added to an abstract class',
      base: { 'app/store.py': store },
      a: { 'app/store.py': `${store}\n    def open(self) -> None:\n        pass\n` },
      b: {
        'app/memory.py': lines(
          'from app.store import Store',
          '',
          '',
          'class Memory(Store):',
          '    def get(self, key):',
          '        return None',
        ),
      },
    },
    {
      name: 'types are said that were not',
      base,
      a: { 'app/text.py': text.replace('join(parts)', 'join(parts: list[str]) -> str') },
      b: { 'app/words.py': lines('from app.text import join', '', 'one = join([])') },
    },
  ]);
});
