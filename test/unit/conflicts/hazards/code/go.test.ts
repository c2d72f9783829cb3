import assert from 'node:assert/strict';
import { basesOf, comparesSignatures, declared, imported, parametersOf, readText, typed, used } from './readText';

const read = (text: string) => readText('a.go', `package a\n${text}`);
/** Uses within a function. */
const usedIn = async (body: string) => used(await read(`func f(p Parser) {\n${body}\n}\n`)).slice(1);

describe('hazards: code: Go', () => {
  describe('declarations', () => {
    it('are functions, methods, types, constants and variables; a capital is for others', async () => {
      const facts = await read(`
const A, b = 1, 2
const (
	C Kind = iota
	d
)
var E = func() int { const inner = 1; return inner }
var (
	f *Parser
)
func Parse() {}
func hidden() {}
func (p *Parser[T]) Read() {}
func (Parser[T]) write() {}
func (p parser) Read() {}
func init() {}
var _ Reader = (*Parser)(nil)
`);
      assert.deepEqual(declared(facts), [
        '+ constant A',
        '- constant b',
        '+ constant C',
        '- constant d',
        '+ constant E',
        '- constant f',
        '+ function Parse',
        '- function hidden',
        '+ method Parser.Read',
        '- method Parser.write',
        '- method parser.Read',
      ]);
    });

    it('are the fields of a struct and the methods of an interface', async () => {
      const facts = await read(`
type Point struct {
	X, Y int
	*Base
	pkg.Emb[int]
	own string
}
type Reader interface {
	Read(p []byte) (n int, err error)
	io.Writer
	close()
}
type Kind int
type Alias = other.Thing
`);
      assert.deepEqual(declared(facts), [
        '+ class Point',
        '+ field Point.X',
        '+ field Point.Y',
        '+ field Point.Base',
        '+ field Point.Emb',
        '- field Point.own',
        '+ interface Reader',
        '+ method Reader.Read',
        '- method Reader.close',
        '+ type Kind',
        '+ type Alias',
      ]);
    });

    it('stand where they are named', async () => {
      const facts = await read('\ntype (\n\tA int\n\tB struct {\n\t\tC int\n\t}\n)\n');
      assert.deepEqual(
        facts.declarations.map(({ name, line }) => `${name} ${line}`),
        ['A 4', 'B 5', 'B.C 6'],
      );
    });
  });

  describe('parameters', () => {
    it('are told one by one, whether they have names or not', async () => {
      const facts = await read('func f(a, b int, c ...func(x int) string) {}\nfunc g(int, *Tree) {}\n');
      assert.deepEqual(parametersOf(facts, 'f'), [['a: int required', 'b: int required', 'c: func(x int)string rest']]);
      assert.deepEqual(parametersOf(facts, 'g'), [['null: int required', 'null: *Tree required']]);
    });

    it('of a struct are its fields, of another type what is converted', async () => {
      const facts = await read('type P struct {\n\tX int\n\tY string\n}\ntype K int\ntype I interface{}\n');
      assert.deepEqual(parametersOf(facts, 'P'), [['X: int optional', 'Y: string optional']]);
      assert.deepEqual(parametersOf(facts, 'K'), [['null: int required']]);
      assert.deepEqual(parametersOf(facts, 'I'), [null]);
    });

    it('come with a result', async () => {
      const { declarations } = await read('func f() (n int, err error) {}\nfunc g() (t *Tree) {}\nfunc h() {}\n');
      assert.deepEqual(
        declarations.map(({ result }) => result),
        ['(int, error)', '*Tree', null],
      );
    });
  });

  describe('signatures', () => {
    comparesSignatures(
      'a.go',
      [
        [
          'layout',
          'F',
          'package a\nfunc F(a int, b map[string]int) error { return nil }\n',
          'package a\nfunc F(\n\ta int,\n\tb  map[string]int,\n) error {\n}\n',
        ],
        [
          'comments',
          'F',
          'package a\nfunc F(a int) {}\n',
          'package a\n// F does.\nfunc F(a /* why */ int) { // so\n}\n',
        ],
        [
          'names',
          'F',
          'package a\nfunc F(a, b int) (n int, err error) {}\n',
          'package a\nfunc F(x int, y int) (int, error) {}\n',
        ],
        ['the receiver', 'T.F', 'package a\nfunc (t T) F() {}\n', 'package a\nfunc (this *T) F() {}\n'],
        [
          'how fields are grouped',
          'T',
          'package a\ntype T struct { A, B int }\n',
          'package a\ntype T struct {\n\tA int // one\n\tB int\n}\n',
        ],
        [
          'the order of methods',
          'T',
          'package a\ntype T interface { A(); B() }\n',
          'package a\ntype T interface {\n\tB()\n\tA()\n}\n',
        ],
        ['values', 'A', 'package a\nconst A int = 1\n', 'package a\nconst A int = 2\n'],
      ],
      [
        ['a type', 'F', 'package a\nfunc F(a int) {}\n', 'package a\nfunc F(a int64) {}\n'],
        ['the number of parameters', 'F', 'package a\nfunc F(a int) {}\n', 'package a\nfunc F(a, b int) {}\n'],
        ['taking the rest', 'F', 'package a\nfunc F(a []int) {}\n', 'package a\nfunc F(a ...int) {}\n'],
        ['a result', 'F', 'package a\nfunc F() Tree {}\n', 'package a\nfunc F() (Tree, error) {}\n'],
        ['type parameters', 'F', 'package a\nfunc F[T any](a T) {}\n', 'package a\nfunc F[T comparable](a T) {}\n'],
        ['fields', 'T', 'package a\ntype T struct { A int }\n', 'package a\ntype T struct { A int; B int }\n'],
        [
          'the order of fields',
          'T',
          'package a\ntype T struct { A, B int }\n',
          'package a\ntype T struct { B, A int }\n',
        ],
        [
          'methods of an interface',
          'T',
          'package a\ntype T interface { A() }\n',
          'package a\ntype T interface { A(); B() }\n',
        ],
        ['being an alias', 'T', 'package a\ntype T int\n', 'package a\ntype T = int\n'],
      ],
    );
  });

  it('imports in all forms', async () => {
    const facts = await read(`
import "fmt"
import (
	y "gopkg.in/yaml.v3" // why
	"gopkg.in/ini.v1"
	. "a/dot"
	_ "side/effects"
	"github.com/x/go-thing/v2"
	"example.com/app/internal/store"
)
`);
    assert.deepEqual(imported(facts), [
      'fmt * as fmt',
      'gopkg.in/yaml.v3 * as y',
      'gopkg.in/ini.v1 * as ini',
      'a/dot * as null',
      "side/effects '' as null",
      'github.com/x/go-thing/v2 * as thing',
      'example.com/app/internal/store * as store',
    ]);
    assert.deepEqual(
      facts.imports.map(({ line }) => line),
      [3, 5, 6, 7, 8, 9, 10],
    );
  });

  describe('uses', () => {
    it('say how something is called', async () => {
      assert.deepEqual(
        await usedIn('Parse(a.B, 1)\nutil.Parse(rest...)\np.Read().Close()\nF(G())\nMap[int](xs)\ngo run()'),
        ['Parse(2)', 'a.B', 'util.Parse(0, …)', 'rest', 'p.Read(0)', 'F(0, …)', 'G(0)', 'Map(1)', 'xs', 'run(0)'],
      );
    });

    it('say how a struct is made', async () => {
      assert.deepEqual(await usedIn('_ = Point{X: a, Y: b.C}\n_ = &geo.Point{1, 2}\n_ = Box[int]{}\n_ = []Kind{One}'), [
        'Point(0, X, Y)',
        'a',
        'b.C',
        'geo.Point(2)',
        'Box(0)',
        'Kind',
        'One',
      ]);
    });

    it('are types wherever they stand', async () => {
      const facts = await read(`
type A struct { B; c pkg.C; d map[string]*D }
func (a A) F(ctx context.Context, e []E) (G, error) {}
var h H = I(1)
`);
      assert.deepEqual(used(facts), ['B', 'pkg.C', 'D', 'A', 'context.Context', 'E', 'G', 'H', 'I(1)']);
    });

    it('are not what a function binds itself, from there on', async () => {
      assert.deepEqual(
        await usedIn(`
early(late)
late, err := parse(p)
if v, ok := late.(Node); ok { v.Go(); _ = v }
for i, k := range late { use(i, k) }
switch t := late.(type) { case *Kind: _ = t }
func(loc int) { _ = loc }(1)
select { case msg := <-ch: _ = msg }
var own Own; type T int; const c = 1
_, _, _, _ = own, T(1), c, err
goto end
end:
`),
        ['early(1)', 'late', 'parse(1)', 'Node', 'v.Go(0)', 'use(2)', 'Kind', 'ch', 'Own'],
      );
    });

    it('are not type parameters, nor what Go gives', async () => {
      const facts = await read(`
func F[T Number, U any](a T, b U) []T { return append(make([]T, len(a)), nil) }
type L[T any] struct { item T }
func (l *L[T]) Get() T { return l.item }
`);
      assert.deepEqual(used(facts), ['Number', 'L', 'l.item']);
    });

    it('are told by the line of the name that is asked for', async () => {
      const facts = await read('\nfunc f() {\n\tbuilder.\n\t\tAdd(1).\n\t\tDone()\n\tNewTree().\n\t\tGrow()\n}\n');
      assert.deepEqual(
        facts.uses.map(({ name, line }) => `${name} ${line}`),
        ['builder.Add 5', 'NewTree 7', 'Tree.Grow 8'],
      );
    });
  });

  it('says of which type names are', async () => {
    const facts = await read(`
type S struct { inner *pkg.Parser; list []Node; *Base; other.Emb[int] }
type I interface { io.Reader; Close() }
func (s *S) F(p Parser, m map[string]int, g Box[int]) {
	a, err := &Tree{}, 1
	b, err := pkg.NewClient("x")
	var c Kind
	d := new(Leaf)
	var e = NewOne()
	f := parse()
}
`);
    assert.deepEqual(typed(facts), [
      'a: Tree',
      'b: pkg.Client',
      'c: Kind',
      'd: Leaf',
      'e: One',
      'g: Box',
      'inner: pkg.Parser',
      'p: Parser',
      's: S',
    ]);
    assert.deepEqual(basesOf(facts), ['S: Base, other.Emb', 'I: io.Reader']);
  });

  it('reads what can be read of broken code', async () => {
    const facts = await read(
      'import "fmt"\nfunc Parse(a int) {\n\tx := := 1\n}\nfunc Other() {}\ntype T struct {\n\tA int\n',
    );
    assert.ok(declared(facts).includes('+ function Parse'), declared(facts).join());
    assert.deepEqual(imported(facts), ['fmt * as fmt']);
    for (const text of ['func', 'type', 'type A', 'func (', 'import', 'import (', 'var', 'f(', 'type A struct {']) {
      await read(text);
    }
  });
});
