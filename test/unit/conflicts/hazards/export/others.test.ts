import { itFinds, itLetsPass, lines } from '../codeCases';

const python = lines('def one():', '    return 1', '', '', 'def two():', '    return 2');
const go = lines('package text', '', 'func One() int { return 1 }', '', 'func Two() int { return 2 }');
const rust = lines('pub fn one() -> i32 { 1 }', '', 'pub fn two() -> i32 { 2 }');
const java = lines(
  'package com.example;',
  '',
  'public class List {',
  '  public int one() { return 1; }',
  '',
  '  public int two() { return 2; }',
  '}',
);
const init = lines('from .a import a', 'from .b import b', 'from .c import c', 'from .d import d');
const reset = '  public int reset(int to) { return to; }\n\n';

describe('hazard export: Python, Go, Rust, Java', () => {
  itFinds('export', [
    {
      name: 'Python: both add a function of one name to one file, and the second hides the first',
      base: { 'app/util.py': python },
      a: { 'app/util.py': `def clamp(x):\n    return x\n\n\n${python}` },
      b: { 'app/util.py': `${python}\n\ndef clamp(x, most):\n    return min(x, most)\n` },
      file: 'app/util.py',
      line: 'clamp',
      says: '`clamp`',
    },
    {
      name: 'Python: one name is handed on by a package from two modules',
      base: { 'app/__init__.py': init },
      a: { 'app/x.py': 'def parse(): ...\n', 'app/__init__.py': `from .x import parse\n${init}` },
      b: { 'app/y.py': 'def parse(): ...\n', 'app/__init__.py': `${init}from .y import parse\n` },
      file: 'app/__init__.py',
      line: 'parse',
      says: '`parse`',
    },
    {
      name: 'Python: both extend one package',
      base: { 'app/__init__.py': init },
      a: { 'app/x.py': 'def x(): ...\n', 'app/__init__.py': `from .x import x\n${init}` },
      b: { 'app/y.py': 'def y(): ...\n', 'app/__init__.py': `${init}from .y import y\n` },
      file: 'app/__init__.py',
      line: 'from .x',
      says: 'Both extend app/__init__.py: a with `x`, b with `y`.',
    },
    {
      name: 'Go: both add a function of one name to one package, in two files',
      base: { 'text/text.go': go },
      a: { 'text/a.go': 'package text\n\nfunc Clamp(x int) int { return x }\n' },
      b: { 'text/b.go': 'package text\n\nfunc Clamp(x, y int) int { return y }\n' },
      file: 'text/a.go',
      line: 'Clamp',
      says: 'a declares `Clamp` in text/a.go and b in text/b.go, which are of one package.',
    },
    {
      name: 'Go: what only the package uses, too',
      base: { 'text/text.go': go },
      a: { 'text/text.go': `${go}\nvar limit = 3\n` },
      b: { 'text/b.go': 'package text\n\nconst limit = 4\n' },
      file: 'text/text.go',
      line: 'limit',
      says: '`limit`',
    },
    {
      name: 'Rust: both add a function of one name to one file',
      base: { 'src/lib.rs': rust },
      a: { 'src/lib.rs': `pub fn clamp(x: i32) -> i32 { x }\n\n${rust}` },
      b: { 'src/lib.rs': `${rust}\npub fn clamp(x: i32, y: i32) -> i32 { x + y }\n` },
      file: 'src/lib.rs',
      line: 'clamp',
      says: '`clamp`',
    },
    {
      name: 'Java: both add a method for the same arguments to one class',
      base: { 'src/com/example/List.java': java },
      a: { 'src/com/example/List.java': java.replace('  public int one', `${reset}  public int one`) },
      b: {
        'src/com/example/List.java': java.replace(
          'return 2; }\n',
          `return 2; }\n\n${reset.replace('return to', 'return to + 1').trimEnd()}\n`,
        ),
      },
      file: 'src/com/example/List.java',
      line: 'reset',
      says: '`List.reset`',
    },
  ]);
});

describe('no hazard export: Python, Go, Rust, Java', () => {
  itLetsPass('export', [
    {
      name: 'Python: both make a logger',
      base: { 'app/util.py': python },
      a: { 'app/util.py': `logger = 1\n\n\n${python}` },
      b: { 'app/util.py': `${python}\n\nlogger = 2\n` },
    },
    {
      name: 'Python: both import the same thing at two places',
      base: { 'app/util.py': python },
      a: { 'app/util.py': `from .text import parse\n\n\n${python}` },
      b: { 'app/util.py': `${python}\n\nfrom .text import parse\n` },
    },
    {
      name: 'Go: in two packages',
      base: { 'text/text.go': go },
      a: { 'text/a.go': 'package text\n\nfunc Clamp(x int) int { return x }\n' },
      b: { 'math/b.go': 'package math\n\nfunc Clamp(x, y int) int { return y }\n' },
    },
    {
      name: 'Go: for two systems',
      base: { 'text/text.go': go },
      a: { 'text/open_linux.go': 'package text\n\nfunc Open() int { return 1 }\n' },
      b: { 'text/open_windows.go': 'package text\n\nfunc Open() int { return 2 }\n' },
    },
    {
      name: 'Go: methods of two types',
      base: { 'text/text.go': `${go}\ntype A struct{}\n\ntype B struct{}\n` },
      a: { 'text/a.go': 'package text\n\nfunc (a A) Close() {}\n' },
      b: { 'text/b.go': 'package text\n\nfunc (b B) Close() {}\n' },
    },
    {
      name: 'Rust: both have a new module',
      base: { 'src/lib.rs': 'pub mod a;\npub mod b;\npub mod c;\n', 'src/a.rs': rust },
      a: { 'src/lib.rs': 'pub mod x;\npub mod a;\npub mod b;\npub mod c;\n', 'src/x.rs': rust },
      b: { 'src/lib.rs': 'pub mod a;\npub mod b;\npub mod c;\npub mod y;\n', 'src/y.rs': rust },
    },
    {
      name: 'Java: methods of one name for other arguments',
      base: { 'src/com/example/List.java': java },
      a: { 'src/com/example/List.java': java.replace('  public int one', `${reset}  public int one`) },
      b: {
        'src/com/example/List.java': java.replace(
          'return 2; }\n',
          'return 2; }\n\n  public int reset(String to) { return 3; }\n',
        ),
      },
    },
  ]);
});
