import assert from 'node:assert/strict';
import { basesOf, comparesSignatures, declared, imported, parametersOf, readText, typed, used } from './readText';

const read = (text: string) => readText('A.java', text);
/** Uses within a method. */
const usedIn = async (body: string) => used(await read(`class Z { void f(Object p) {\n${body}\n} }\n`));

describe('hazards: code: Java', () => {
  describe('declarations', () => {
    it('are types and their members; public and protected ones are for others', async () => {
      const facts = await read(`
package a.b;
public class Parser {
    public static final int MAX = 3, MIN = 1;
    protected String[] names;
    private Helper helper;
    int near;
    public Tree parse(String text) { return null; }
    void nearby() {}
    private void own() {}
    static class Inner { public void deep() {} }
}
class Other { public void f() {} }
`);
      assert.deepEqual(declared(facts), [
        '+ class Parser',
        '+ field Parser.MAX',
        '+ field Parser.MIN',
        '+ field Parser.names',
        '- field Parser.helper',
        '- field Parser.near',
        '+ method Parser.parse',
        '- method Parser.nearby',
        '- method Parser.own',
        '- class Parser.Inner',
        '- method Parser.Inner.deep',
        '- class Other',
        '- method Other.f',
      ]);
    });

    it('are public in an interface without saying so', async () => {
      const facts = await read(`
public interface Visitor<T> extends Base {
    int K = 1;
    void visit(Node n);
    default int depth() { return 0; }
    private int own() { return 0; }
    class Empty {}
}
public @interface Marker { String value() default ""; int n(); }
`);
      assert.deepEqual(declared(facts), [
        '+ interface Visitor',
        '+ field Visitor.K',
        '+ method Visitor.visit',
        '+ method Visitor.depth',
        '- method Visitor.own',
        '+ class Visitor.Empty',
        '+ interface Marker',
        '+ method Marker.value',
        '+ method Marker.n',
      ]);
    });

    it('are the constants of an enum and the components of a record', async () => {
      const facts = await read(`
public enum Color { RED(1), BLUE { int v() { return 2; } }; Color(int i) {} int v() { return 1; } }
public record Point(int x, int y) { public int x() { return 1; } static Point of() { return null; } }
`);
      assert.deepEqual(declared(facts), [
        '+ enum Color',
        '+ field Color.RED',
        '+ field Color.BLUE',
        '- method Color.v',
        '+ class Point',
        '+ method Point.y',
        '+ method Point.x',
        '- method Point.of',
      ]);
    });

    it('stand where they are named', async () => {
      const facts = await read('\n/** doc */\n@Marked\npublic class A {\n\n    @Override\n    public void f() {}\n}\n');
      assert.deepEqual(
        facts.declarations.map(({ name, line }) => `${name} ${line}`),
        ['A 4', 'A.f 7'],
      );
    });
  });

  describe('parameters', () => {
    it('have types, with brackets behind the name too', async () => {
      const facts = await read('class A { void f(final String a, int b[], @Nullable Map<K, V> c, Option... d) {} }\n');
      assert.deepEqual(parametersOf(facts, 'A.f'), [
        ['a: String required', 'b: int[] required', 'c: Map<K,V> required', 'd: Option rest'],
      ]);
    });

    it('are told for each method of one name', async () => {
      const facts = await read('class A { void f() {} void f(int a) {} }\n');
      assert.deepEqual(parametersOf(facts, 'A.f'), [[], ['a: int required']]);
    });

    it('of a class are those of its constructor', async () => {
      const facts = await read(`
class A { A(int a) {} }
class B {}
abstract class C { C(int a) {} }
record D(int x, int y) { D { check(x); } }
interface E {}
`);
      assert.deepEqual(parametersOf(facts, 'A'), [['a: int required']]);
      assert.deepEqual(parametersOf(facts, 'B'), [[]]);
      assert.deepEqual(parametersOf(facts, 'C'), [null]);
      assert.deepEqual(parametersOf(facts, 'D'), [['x: int required', 'y: int required']]);
      assert.deepEqual(parametersOf(facts, 'E'), [null]);
    });

    it('of several constructors are declarations of the same name', async () => {
      const facts = await read('class A { A() {} A(int a) {} }\n');
      assert.deepEqual(parametersOf(facts, 'A'), [null, [], ['a: int required']]);
    });
  });

  describe('signatures', () => {
    comparesSignatures(
      'A.java',
      [
        [
          'layout',
          'A.f',
          'class A { public Map<K, V> f(int a, int b) throws X { return 1; } }',
          'class A {\n  public Map<K,V>\n  f(\n    int a,\n    int b\n  )\n    throws X\n  {\n  }\n}\n',
        ],
        [
          'comments and annotations',
          'A.f',
          'class A { void f(int a) {} }',
          'class A { /** doc */ @Override void f(@NotNull /* why */ int a) {} // so\n}',
        ],
        ['names and `final`', 'A.f', 'class A { final void f(int a) {} }', 'class A { void f(final int b) {} }'],
        ['brackets behind a name', 'A.f', 'class A { void f(int[] a) {} }', 'class A { void f(int a[]) {} }'],
        [
          'the order of modifiers and of what is thrown',
          'A.f',
          'class A { public static void f() throws X, Y {} }',
          'class A { static public void f() throws Y, X {} }',
        ],
        ['a method that another one changes', 'A', 'class A { void f() {} }', 'class A { void f(int a) {} }'],
        [
          'what an interface says anyway',
          'A',
          'interface A { void f(); int g(); }',
          'interface A { int g(); public void f(); }',
        ],
      ],
      [
        ['a type', 'A.f', 'class A { void f(int a) {} }', 'class A { void f(long a) {} }'],
        ['the number of parameters', 'A.f', 'class A { void f(int a) {} }', 'class A { void f(int a, int b) {} }'],
        ['a result', 'A.f', 'class A { int f() {} }', 'class A { long f() {} }'],
        ['what is thrown', 'A.f', 'class A { void f() {} }', 'class A { void f() throws X {} }'],
        ['being static', 'A.f', 'class A { void f() {} }', 'class A { static void f() {} }'],
        ['how far it is seen', 'A.f', 'class A { public void f() {} }', 'class A { private void f() {} }'],
        ['how it is made', 'A', 'class A { A() {} }', 'class A { A(int a) {} }'],
        ['what it extends', 'A', 'class A extends B {}', 'class A extends C {}'],
        ['methods of an interface', 'A', 'interface A { void f(); }', 'interface A { void f(); void g(); }'],
        ['a method that need not be written', 'A', 'interface A { void f(); }', 'interface A { default void f() {} }'],
        ['constants of an enum', 'A', 'enum A { B }', 'enum A { B, C }'],
        ['components of a record', 'A', 'record A(int x) {}', 'record A(int x, int y) {}'],
      ],
    );
  });

  it('imports in all forms', async () => {
    const facts = await read(`
package a.b;
import java.util.List;
import com.example.Outer.Inner;
import static com.example.Util.parse;
import static com.example.Util.*;
import com.other.*; // all
import lower.only;
`);
    assert.deepEqual(imported(facts), [
      'java.util.List List as List',
      'com.example.Outer Outer.Inner as Inner',
      'com.example.Util Util.parse as parse',
      'com.example.Util * as null',
      'com.other * as null',
      'lower.only only as only',
    ]);
    assert.deepEqual(
      facts.imports.map(({ line }) => line),
      [3, 4, 5, 6, 7, 8],
    );
  });

  describe('uses', () => {
    it('say how something is called', async () => {
      assert.deepEqual(
        await usedIn(
          'parse(a.b, 1);\nUtil.parse(x);\np.read().close(1, 2);\nthis.go();\ncom.full.Name.call();\nrun(Node::visit);',
        ),
        [
          'parse(2)',
          'a.b',
          'Util.parse(1)',
          'x',
          'p.read(0)',
          'this.go(0)',
          'com.full.Name.call(0)',
          'run(1)',
          'Node::visit',
        ],
      );
    });

    it('say how an object is made', async () => {
      assert.deepEqual(
        await usedIn(
          'new Parser(1);\nnew Box<Item>(a) { void f() {} };\nnew Outer.Inner();\nnew Leaf[2];\nnew Builder().build();',
        ),
        ['Parser(1)', 'Box(1)', 'Item', 'a', 'Outer.Inner(0)', 'Leaf', 'Builder(0)', 'Builder.build(0)'],
      );
    });

    it('name the type whose constructor is called', async () => {
      const facts = await read(`
class A extends Base<T1> { A(int a) { super(a, 1); } A() { this(0); } void f() { super.f(1); } }
enum B { ONE(1), TWO; B(int a) {} B() {} }
`);
      assert.deepEqual(used(facts), ['Base', 'T1', 'Base(2)', 'A(1)', 'super.f(1)', 'B(1)']);
    });

    it('are types wherever they stand, without parameters', async () => {
      const facts = await read(`
@Entity(name = NAME)
class A<T extends Bound> extends B<T> implements C {
    List<? extends D> list;
    <U> T f(E e, U u) throws F { G g; return (H) e; }
}
sealed interface S permits X, Y {}
`);
      assert.deepEqual(used(facts), ['Entity', 'NAME', 'Bound', 'B', 'C', 'List', 'D', 'E', 'F', 'G', 'H', 'X', 'Y']);
    });

    it('are not what a method binds itself, from there on', async () => {
      assert.deepEqual(
        await usedIn(`
early(late);
var late = parse(p);
for (Node n : late.nodes()) { n.visit(n); }
for (int i = 0; i < late; i++) {}
try (Stream s = open()) { use(s); } catch (Wrong e) { use(e); }
Fn a = x -> x; Fn b = (y, z) -> y; Fn c = (int q) -> q;
if (late instanceof Leaf leaf) { use(leaf); }
switch (late) { case Circle r -> use(r); case Point(int h, var v) -> use(h, v); default -> {} }
class Own {} new Own();
out: for (;;) { break out; }
`),
        [
          'early(1)',
          'late',
          'parse(1)',
          'Node',
          'late.nodes(0)',
          'n.visit(1)',
          'Stream',
          'open(0)',
          'use(1)',
          'Wrong',
          'use(1)',
          'Fn',
          'Fn',
          'Fn',
          'Leaf',
          'use(1)',
          'Circle',
          'use(1)',
          'Point',
          'use(2)',
        ],
      );
    });

    it('leave out what Java gives, unless it is imported', async () => {
      assert.deepEqual(used(await read('class A { String s = new String(); Math m; }')), []);
      assert.deepEqual(used(await read('import my.Math;\nclass A { Math m; }')), ['Math']);
    });
  });

  it('says of which type names are', async () => {
    const facts = await read(`
class A extends pkg.Base<T> implements One, Two<X> {
    private Helper helper, other;
    void f(Map<K, V> m, int[] n, final Tree t) {
        var a = new Parser<>();
        var b = make();
        for (Node c : t.nodes()) {}
        for (var e : t.nodes()) {}
        try (Stream d = open()) {}
    }
}
interface I extends Three { int K = 1; void must(); default void may() {} static void also() {} }
record R(int x) implements Four {}
`);
    assert.deepEqual(typed(facts), [
      'K: int',
      'a: Parser',
      'c: Node',
      'd: Stream',
      'helper: Helper',
      'm: Map',
      'other: Helper',
      't: Tree',
      'x: int',
    ]);
    assert.deepEqual(basesOf(facts), ['A: pkg.Base, One, Two', 'I: Three', 'I.K?', 'I.may?', 'I.also?', 'R: Four']);
  });

  it('reads what can be read of broken code', async () => {
    const facts = await read(
      'import a.B;\npublic class A {\n  public void f(int a) { int = ; }\n  public void g() {}\n  int h(;\n}\n',
    );
    assert.ok(declared(facts).includes('+ method A.f'), declared(facts).join());
    assert.ok(declared(facts).includes('+ method A.g'), declared(facts).join());
    assert.deepEqual(imported(facts), ['a.B B as B']);
    for (const text of [
      'class',
      'class A {',
      'public',
      'import',
      'import a.',
      'enum A { B(',
      'new',
      '@',
      'class A { A( }',
    ]) {
      await read(text);
    }
  });
});
