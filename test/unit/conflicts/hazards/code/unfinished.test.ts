import assert from 'node:assert/strict';
import { declared, readText, used } from './readText';

/** A bit of everything, so that a text may break off anywhere. */
const texts: Readonly<Record<string, string>> = {
  'a.py': `
from .a import (b as c, d)
import e.f, g
@deco(1)
class A(B[int], metaclass=M):
    x: Optional[int] = field(default=1)
    def __init__(self, a, /, b: "T" = 1, *args, c, **kw) -> None:
        self.x: int = a.b(c)[0].d(*args, **kw)
        with open(a) as f, g: [n for n in f if (m := n)]
        lambda q=1: q
match v:
    case P(x=0, y=[first, *rest]) if first: pass
type L[T] = list[T]
`,
  'a.go': `package a
import ( x "a/b"; . "c"; _ "d" )
type S[T any] struct { A, b int; *B; c.D \`tag\` }
type I interface { F(a, b int, c ...string) (n int, err error); io.R }
const ( A Kind = iota; b )
func (s *S[T]) F(a map[string]func(int) bool) (r R) {
	x, err := &S[int]{A: 1, b: f(a...)}, 2
	switch t := a.(type) { case *K: for i := range t { go h(i) } }
	select { case m := <-ch: m.x().y() }
}
`,
  'a.rs': `use a::{self, b as c, d::*};
#[derive(Debug)]
pub struct S<'a, T: X> where T: Y { pub a: &'a T, b: Box<dyn Z> }
pub(crate) enum E { A(u8), B { c: u8 } = 3, C }
impl<T> R for S<'_, T> { type I = u8; fn f(mut self: Box<Self>, (a, b): (u8, u8)) -> Self { Self { a, ..b } } }
mod m { pub trait T { fn g(&self) {} const N: usize; } }
fn h<T>(x: impl Fn(u8) -> T) -> Result<T, E> {
    let Some(y) = x?.await.z::<u8>(1) else { return };
    match y { S { a, b: E::A(c) } if c > 0 => |d, e: u8| d + e, _ => println!("{}", f(1, 2)) }
}
`,
  'A.java': `package a.b;
import static c.D.e; import f.*;
@M(x = {1, 2}) public abstract class A<T extends B & C> extends D<T> implements E, F.G<H> {
    private final int[] a[] = {1}, b = new Q<>(1) { void z() {} }.c().d;
    A(int x, String... y) throws Z { super(x); this.a = null; }
    enum N { O(1) { void p() {} }, R; N(int i) {} }
    record S(int t) { S { u(t); } }
    <V> V w(final Map<K, ? super V> m) { return switch (m) { case X(int i, var j) when i > 0 -> (q, r) -> q; default -> null; }; }
}
`,
};

describe('hazards: code: texts that break off', () => {
  for (const [path, text] of Object.entries(texts)) {
    it(`are read at any place, and without any one line: ${path}`, async () => {
      const whole = await readText(path, text);
      assert.ok(declared(whole).length > 3 && used(whole).length > 3, 'The whole text says a lot.');
      for (let end = 0; end < text.length; end += 3) await readText(path, text.slice(0, end));
      const lines = text.split('\n');
      for (const index of lines.keys()) {
        const facts = await readText(path, lines.toSpliced(index, 1).join('\n'));
        for (const { name, line } of facts.declarations) assert.ok(name !== '' && line > 0, name);
        for (const { name } of facts.uses) assert.match(name, /^[\p{ID_Continue}$:#.]+$/u);
      }
    });
  }
});
