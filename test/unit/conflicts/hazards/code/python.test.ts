import assert from 'node:assert/strict';
import { basesOf, comparesSignatures, declared, imported, parametersOf, readText, typed, used } from './readText';

const read = (text: string) => readText('a.py', text);

describe('hazards: code: Python', () => {
  describe('declarations', () => {
    it('are functions, classes, members and values; an underscore hides them', async () => {
      const facts = await read(`
VERSION = 1
a, _b = 1, 2
def parse(text): pass
async def _hidden(): pass
class Parser:
    limit = 10
    _own: int = 2
    def __init__(self): self.text = ''
    def __call__(self): pass
    def parse(self): pass
    def _skip(self): pass
    class Inner:
        def deep(self): pass
class _Own:
    def visible(self): pass
`);
      assert.deepEqual(declared(facts), [
        '+ constant VERSION',
        '+ constant a',
        '- constant _b',
        '+ function parse',
        '- function _hidden',
        '+ class Parser',
        '+ field Parser.limit',
        '- field Parser._own',
        '+ method Parser.__init__',
        '+ field Parser.text',
        '+ method Parser.__call__',
        '+ method Parser.parse',
        '- method Parser._skip',
        '+ class Parser.Inner',
        '+ method Parser.Inner.deep',
        '- class _Own',
        '- method _Own.visible',
      ]);
    });

    it('are for others when `__all__` lists them', async () => {
      const facts = await read(`__all__ = ['_kept']\ndef _kept(): pass\ndef _other(): pass\n`);
      assert.deepEqual(declared(facts), ['+ function _kept', '- function _other']);
    });

    it('are found where they depend on something, but not in what a script does', async () => {
      const facts = await read(`
try:
    from fast import load
except ImportError:
    def load(text): pass
if sys.version_info > (3, 9):
    def new(): pass
else:
    def new(old): pass
if __name__ == '__main__':
    options = 1
`);
      assert.deepEqual(declared(facts), ['+ function load', '+ function new', '+ function new']);
    });

    it('say kind and line of enums, protocols and aliases', async () => {
      const facts = await read(`
type Pairs[T] = list[tuple[T, T]]
Name: TypeAlias = str
@unique
class Color(enum.Enum):
    RED = 1
class Reader(Protocol):
    def read(self, n: int) -> bytes: ...
`);
      assert.deepEqual(
        facts.declarations.map(({ kind, name, line }) => `${kind} ${name} ${line}`),
        [
          'type Pairs 2',
          'type Name 3',
          'enum Color 5',
          'field Color.RED 6',
          'interface Reader 7',
          'method Reader.read 8',
        ],
      );
    });

    it('are fields where a property is asked for, whatever sets it', async () => {
      const facts = await read(`
class A:
    @property
    def size(self) -> int: return 1
    @size.setter
    def size(self, value): pass
`);
      assert.deepEqual(declared(facts), ['+ class A', '+ field A.size']);
      assert.equal(facts.declarations[1]?.parameters, null);
    });

    it('are what callers see where `@overload` says it', async () => {
      const facts = await read(`
@overload
def get(a: int) -> int: ...
@typing.overload
def get(a: str) -> str: ...
def get(a): return a
`);
      assert.deepEqual(parametersOf(facts, 'get'), [['a: int required'], ['a: str required']]);
    });
  });

  describe('parameters', () => {
    it('have all kinds', async () => {
      const facts = await read(
        'def f(a, /, b: int, c=1, d: str = "x", *args: int, e, g: "Tree" = None, **kw: str): pass\n',
      );
      assert.deepEqual(parametersOf(facts, 'f'), [
        [
          'null: null required',
          'b: int required',
          'c: null optional',
          'd: str optional',
          'args: int rest',
          'e: null keyword',
          'g: Tree optional-keyword',
          'kw: str keywords',
        ],
      ]);
    });

    it('are only given by name after a star', async () => {
      const facts = await read('def f(*, a, b=1): pass\n');
      assert.deepEqual(parametersOf(facts, 'f'), [['a: null keyword', 'b: null optional-keyword']]);
    });

    it('leave out the object or class that a method belongs to', async () => {
      const facts = await read(`
class A:
    def one(self, a): pass
    @classmethod
    def two(cls, a): pass
    @staticmethod
    def three(a): pass
    def four(*args): pass
`);
      for (const name of ['A.one', 'A.two', 'A.three']) {
        assert.deepEqual(parametersOf(facts, name), [['a: null required']], name);
      }
      assert.deepEqual(parametersOf(facts, 'A.four'), [['args: null rest']]);
    });

    it('of a class are those of its `__init__`', async () => {
      const facts = await read('class A(Base):\n    def __init__(self, text, *, strict=False): pass\nclass B: pass\n');
      assert.deepEqual(parametersOf(facts, 'A'), [['text: null required', 'strict: null optional-keyword']]);
      assert.deepEqual(parametersOf(facts, 'B'), [[]]);
    });

    it('of a class may be anything where a base that is not seen says it', async () => {
      const facts = await read('class A(Base): pass\nclass B(Generic[T], ABC): pass\n');
      assert.deepEqual(parametersOf(facts, 'A'), [['args: null rest', 'kwargs: null keywords']]);
      assert.deepEqual(parametersOf(facts, 'B'), [[]]);
    });

    it('of a dataclass are its fields', async () => {
      const facts = await read(`
@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    shown: bool = field(repr=False)
    cache: dict = field(init=False)
    kind: ClassVar[str] = 'p'
    _: KW_ONLY
    name: str
`);
      assert.deepEqual(parametersOf(facts, 'Point'), [
        ['x: int required', 'y: int optional', 'tags: list[str] optional', 'shown: bool required', 'name: str keyword'],
      ]);
    });

    it('of models and typed dictionaries are given by name', async () => {
      const facts = await read(`
class User(BaseModel):
    name: str
    age: int = 0
class Options(TypedDict):
    deep: bool
    far: NotRequired[int]
`);
      assert.deepEqual(parametersOf(facts, 'User'), [
        ['name: str keyword', 'age: int optional-keyword', 'data: null keywords'],
      ]);
      assert.deepEqual(parametersOf(facts, 'Options'), [
        ['deep: bool keyword', 'far: NotRequired[int] optional-keyword'],
      ]);
    });
  });

  describe('signatures', () => {
    comparesSignatures(
      'a.py',
      [
        [
          'layout',
          'f',
          'def f(a: Dict[str,int], b=1) -> int: pass\n',
          'def f(\n    a: Dict[str, int],\n    b = 1,\n)->int:\n  pass\n',
        ],
        ['comments', 'f', 'def f(a, b): pass\n', 'def f(a,  # first\n      b): # type: ignore\n    """Doc."""\n'],
        ['bodies and defaults', 'f', 'def f(a=1): return a\n', 'def f(a=None): return 2\n'],
        ['quotes around a type', 'f', 'def f(a: "Tree") -> "Tree": pass\n', 'def f(a: Tree) -> Tree: pass\n'],
        ['names of what takes the rest', 'f', 'def f(*args, **kw): pass\n', 'def f(*a, **kwargs): pass\n'],
        ['what is given by position only', 'f', 'def f(a, /): pass\n', 'def f(b, /): pass\n'],
        [
          'a method that another one changes',
          'A',
          'class A:\n  def f(self): pass\n',
          'class A:\n  def f(self, a): pass\n',
        ],
      ],
      [
        ['a name', 'f', 'def f(a): pass\n', 'def f(b): pass\n'],
        ['what may be left out', 'f', 'def f(a=1): pass\n', 'def f(a): pass\n'],
        ['a star', 'f', 'def f(a, b=1): pass\n', 'def f(a, *, b=1): pass\n'],
        ['a star that takes the rest', 'f', 'def f(*a, b): pass\n', 'def f(*, b): pass\n'],
        ['a type', 'f', 'def f(a: int): pass\n', 'def f(a: str): pass\n'],
        ['a result', 'f', 'def f() -> int: pass\n', 'def f() -> str: pass\n'],
        ['being asynchronous', 'f', 'def f(): pass\n', 'async def f(): pass\n'],
        ['how it is entered', 'f', 'def f(): pass\n', '@contextmanager\ndef f(): pass\n'],
        ['whose it is', 'A.f', 'class A:\n  def f(a): pass\n', 'class A:\n  @staticmethod\n  def f(): pass\n'],
        ['how it is made', 'A', 'class A:\n  def __init__(self): pass\n', 'class A:\n  def __init__(self, a): pass\n'],
        ['members of an enum', 'A', 'class A(Enum):\n  X = 1\n', 'class A(Enum):\n  X = 1\n  Y = 2\n'],
        ['bases', 'A', 'class A(B): pass\n', 'class A(C): pass\n'],
      ],
    );
  });

  it('imports in all forms', async () => {
    const facts = await read(`
from __future__ import annotations
import os, a.b.c
import numpy as np
from . import sibling
from .mod import (
    parse as read,  # why
    Tree,
)
from ..up.er import *
from pkg import thing as thing, _hidden
def f():
    from .late import x
`);
    assert.deepEqual(imported(facts), [
      'os * as os',
      'a.b.c * as a.b.c',
      'numpy * as np',
      '. sibling as sibling, again as sibling',
      '.mod parse as read, again as read',
      '.mod Tree as Tree, again as Tree',
      '..up.er * as null, again as *',
      'pkg thing as thing, again as thing',
      'pkg _hidden as _hidden',
      '.late x as x',
    ]);
    assert.deepEqual(
      facts.imports.map(({ line }) => line),
      [3, 3, 4, 5, 7, 8, 10, 11, 11, 13],
    );
  });

  it('exports again only what `__all__` lists', async () => {
    const facts = await read(`from .a import x, y\n__all__ = ("x",)\n__all__ += ["z"]\n`);
    assert.deepEqual(imported(facts), ['.a x as x, again as x', '.a y as y']);
  });

  describe('uses', () => {
    it('say how something is called', async () => {
      const facts = await read(`
parse(text, strict=True, *rest)
util.parse(1, 2, **options)
make(x for x in xs)
get().child(1)[0].name
Tree
`);
      assert.deepEqual(used(facts), [
        'parse(1, strict, …)',
        'text',
        'rest',
        'util.parse(2, …)',
        'options',
        'make(1)',
        'xs',
        'get(0)',
        'Tree',
      ]);
      assert.deepEqual(
        facts.uses.map(({ line }) => line),
        [2, 2, 2, 3, 3, 4, 4, 5, 6],
      );
    });

    it('are not what a function binds itself, before and after', async () => {
      const facts = await read(`
def outer(parse, *args, deep=other, **kw):
    early(late)
    late = parse(args)
    for i, (j, *k) in parse: i + j + k
    with open(x) as f, y as (g, h): f.read(g)
    try: pass
    except Wrong as e: e.args
    [n for n in late if n]
    (lambda q, r=s: q + r)(1)
    if (m := match()): m.group()
    def inner(): return inner
    class Own: pass
    return Own, kw, deep
late()
`);
      assert.deepEqual(used(facts), [
        'other',
        'early(1)',
        'x',
        'y',
        'f.read(1)',
        'Wrong',
        'e.args',
        's',
        'match(0)',
        'm.group(0)',
        'late(0)',
      ]);
    });

    it('are those of a method, and of a base', async () => {
      const facts = await read(`
class A(pkg.Base, metaclass=Meta):
    kind = Kind.ONE
    def f(self, n: Node) -> "Tree":
        self.g(n, deep=1)
        super().f(n)
`);
      assert.deepEqual(used(facts), ['pkg.Base', 'Meta', 'Kind.ONE', 'Node', 'self.g(1, deep)', 'pkg.Base.f(1)']);
    });

    it('leave out what Python gives, unless it is imported', async () => {
      assert.deepEqual(used(await read('print(len(x))\nopen(x)\n')), ['x', 'x']);
      assert.deepEqual(used(await read('from io2 import open\nopen(x)\n')), ['open(1)', 'x']);
    });

    it('are found in decorators, f-strings and patterns', async () => {
      const facts = await read(`
@app.route("/")
def f(v):
    x = f"{shown(v)!r:>{width}}"
    match v:
        case Point(x=0, y=yy): yy
        case [first, *others]: first
        case Kind.ONE: pass
        case other: other
`);
      assert.deepEqual(used(facts), ['app.route(1)', 'shown(1)', 'width', 'Point', 'Kind.ONE']);
    });
  });

  it('says of which type names are', async () => {
    const facts = await read(`
class A(pkg.Base, Generic[T], Mapping[str, int]):
    field: Optional[Tree]
    def __init__(self, a: Node, b: "Leaf | None" = None, c: list[int] = []):
        self.made = pkg.Parser(a)
        self.other: Kind = make()
        async with Client() as client: pass
        if (m := Match()): pass
        n = await Reader.open()
        small = parse()
`);
    assert.deepEqual(typed(facts), [
      'a: Node',
      'b: Leaf',
      'c: list',
      'client: Client',
      'field: Tree',
      'm: Match',
      'made: pkg.Parser',
      'other: Kind',
    ]);
    assert.deepEqual(basesOf(facts), ['A: pkg.Base, Generic, Mapping']);
  });

  it('takes what is made on the spot for one of its type', async () => {
    assert.deepEqual(used(await read('pkg.Parser(1).parse(x)\nmake().parse(x)\n')), [
      'pkg.Parser(1)',
      'pkg.Parser.parse(1)',
      'x',
      'make(0)',
      'x',
    ]);
  });

  it('reads what can be read of broken code', async () => {
    const facts = await read(`
from .a import b
def parse(text, strict=False):
    return = Tree(text)
def other(a): pass
x = = 1
class Parser:
    def read(self): pass
`);
    assert.deepEqual(
      declared(facts).filter((line) => /parse|other|read/.test(line)),
      ['+ function parse', '+ function other', '+ method Parser.read'],
    );
    assert.deepEqual(imported(facts), ['.a b as b, again as b']);
    for (const text of ['def', 'class', 'def (:', 'import', 'from . import', 'class A', '@', 'x = ', 'f(=1)', '']) {
      await read(text);
    }
  });
});
