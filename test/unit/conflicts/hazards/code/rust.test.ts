import assert from 'node:assert/strict';
import { basesOf, comparesSignatures, declared, imported, parametersOf, readText, typed, used } from './readText';

const read = (text: string) => readText('a.rs', text);
/** Uses within a function. */
const usedIn = async (body: string) => used(await read(`fn f(p: u8) {\n${body}\n}\n`));

describe('hazards: code: Rust', () => {
  describe('declarations', () => {
    it('are items of all kinds; `pub` of any reach is for others', async () => {
      const facts = await read(`
pub const MAX: usize = 3;
static NAME: &str = "x";
pub type Pairs<T> = Vec<(T, T)>;
pub fn parse() {}
fn hidden() {}
pub(crate) fn near() {}
pub(self) fn own() {}
pub struct Unit;
#[macro_export]
macro_rules! mine { () => {} }
macro_rules! yours { () => {} }
mod files;
extern "C" { fn c(a: i32); }
`);
      assert.deepEqual(declared(facts), [
        '+ constant MAX',
        '- constant NAME',
        '+ type Pairs',
        '+ function parse',
        '- function hidden',
        '+ function near',
        '- function own',
        '+ class Unit',
        '+ function mine',
        '- function yours',
        '- module files',
      ]);
    });

    it('are the fields and methods of a type', async () => {
      const facts = await read(`
pub struct Point<T> { pub x: T, y: T }
pub struct Pair(pub i32, String);
pub enum Shape { Circle(f64), Rect { w: f64 }, Empty }
impl<T: Clone> geo::Point<T> {
    pub const ZERO: i32 = 0;
    pub fn new(x: T) -> Self { todo!() }
    fn own(&self) {}
}
impl fmt::Display for Point<u8> { fn fmt(&self) {} }
`);
      assert.deepEqual(declared(facts), [
        '+ class Point',
        '+ field Point.x',
        '- field Point.y',
        '+ class Pair',
        '+ field Pair.0',
        '- field Pair.1',
        '+ enum Shape',
        '+ field Shape.Circle',
        '+ field Shape.Rect',
        '+ field Shape.Empty',
        '+ field Point.ZERO',
        '+ method Point.new',
        '- method Point.own',
        '+ method Point.fmt',
      ]);
    });

    it('are members of a trait, as visible as it is', async () => {
      const facts = await read('pub trait Read { type Item; const N: u8; fn read(&self); }\ntrait Own { fn f(); }\n');
      assert.deepEqual(declared(facts), [
        '+ interface Read',
        '+ field Read.Item',
        '+ field Read.N',
        '+ method Read.read',
        '- interface Own',
        '- method Own.f',
      ]);
    });

    it('have the names of the modules they are in', async () => {
      const facts = await read(`
pub mod api { pub fn open() {} fn own() {} pub struct S; impl S { pub fn go(&self) {} } }
#[cfg(test)]
mod tests { pub fn helper() {} }
`);
      assert.deepEqual(declared(facts), [
        '+ module api',
        '+ function api.open',
        '- function api.own',
        '+ class api.S',
        '+ method api.S.go',
        '- module tests',
        '- function tests.helper',
      ]);
    });
  });

  describe('parameters', () => {
    it('leave out `self`, and have no name where they are patterns', async () => {
      const facts = await read(`
impl A {
    pub fn f(&mut self, mut a: u8, (b, c): (u8, u8), _: &'static str) {}
    pub fn g(self: Box<Self>, a: u8) {}
}
`);
      assert.deepEqual(parametersOf(facts, 'A.f'), [
        ['a: u8 required', 'null: (u8,u8) required', "null: &'static str required"],
      ]);
      assert.deepEqual(parametersOf(facts, 'A.g'), [['a: u8 required']]);
    });

    it('of a struct or variant are all its fields', async () => {
      const facts = await read(`
struct Point { pub x: u8, y: u8 }
struct Pair(u8, pub String);
struct Unit;
enum E { A(u8), B { c: u8 }, D }
`);
      assert.deepEqual(parametersOf(facts, 'Point'), [['x: u8 keyword', 'y: u8 keyword']]);
      assert.deepEqual(parametersOf(facts, 'Pair'), [['null: u8 required', 'null: String required']]);
      assert.deepEqual(parametersOf(facts, 'Unit'), [null]);
      assert.deepEqual(parametersOf(facts, 'E.A'), [['null: u8 required']]);
      assert.deepEqual(parametersOf(facts, 'E.B'), [['c: u8 keyword']]);
      assert.deepEqual(parametersOf(facts, 'E.D'), [null]);
    });

    it('come with a result', async () => {
      const { declarations } = await read('fn f() -> Result<u8, Error> {}\nfn g() {}\n');
      assert.deepEqual(
        declarations.map(({ result }) => result),
        ['Result<u8,Error>', null],
      );
    });
  });

  describe('signatures', () => {
    comparesSignatures(
      'a.rs',
      [
        [
          'layout',
          'f',
          "pub fn f<'a, T: Clone>(a: &'a T, b: u8) -> Option<T> where T: Send { x }\n",
          "pub fn f<'a, T: Clone>(\n    a: &'a T,\n    b: u8,\n) -> Option<T>\nwhere\n    T: Send,\n{\n}\n",
        ],
        ['comments', 'f', 'fn f(a: u8) {}\n', '/// Does.\nfn f(/* first */ a: u8, // so\n) {}\n'],
        ['names and patterns', 'f', 'fn f(a: u8, (b, c): P) {}\n', 'fn f(mut x: u8, _: P) {}\n'],
        [
          'fields that nobody sees',
          'A',
          'pub struct A { pub x: u8, y: u8 }\n',
          'pub struct A { z: u16, w: u8, pub x: u8 }\n',
        ],
        ['the order of variants', 'A', 'enum A { B, C(u8) }\n', 'enum A {\n    C(u8),\n    // second\n    B,\n}\n'],
        ['values', 'A', 'const A: u8 = 1;\n', 'const A: u8 = 2;\n'],
        ['bodies of a trait', 'A', 'trait A { fn f(&self) { 1 } }\n', 'trait A { fn f(&self) { 2 } }\n'],
      ],
      [
        ['a type', 'f', 'fn f(a: u8) {}\n', 'fn f(a: &u8) {}\n'],
        ['the number of parameters', 'f', 'fn f(a: u8) {}\n', 'fn f(a: u8, b: u8) {}\n'],
        ['a result', 'f', 'fn f() -> u8 {}\n', 'fn f() -> Option<u8> {}\n'],
        ['being asynchronous', 'f', 'fn f() {}\n', 'async fn f() {}\n'],
        ['being unsafe', 'f', 'fn f() {}\n', 'unsafe fn f() {}\n'],
        ['what types must do', 'f', 'fn f<T>(a: T) {}\n', 'fn f<T>(a: T) where T: Send {}\n'],
        ['what is done to `self`', 'A.f', 'impl A { fn f(&self) {} }\n', 'impl A { fn f(&mut self) {} }\n'],
        ['fields', 'A', 'pub struct A { pub x: u8 }\n', 'pub struct A { pub x: u8, pub y: u8 }\n'],
        ['a first field that nobody sees', 'A', 'pub struct A { pub x: u8 }\n', 'pub struct A { pub x: u8, y: u8 }\n'],
        ['variants', 'A', 'enum A { B }\n', 'enum A { B, C }\n'],
        ['room for more', 'A', 'pub enum A { B }\n', '#[non_exhaustive]\npub enum A { B }\n'],
        ['what a trait asks for', 'A', 'trait A { fn f(&self) {} }\n', 'trait A { fn f(&self); }\n'],
      ],
    );
  });

  it('imports in all forms', async () => {
    const facts = await read(`
use std::collections::HashMap;
use crate::a::{self, parse as read, inner::{Deep, *}};
use serde;
pub use self::x::Y;
pub(crate) use super::z::*;
use ::ext::Trait as _;
extern crate old as new;
mod files;
pub mod public;
mod inline { use super::*; }
fn f() { use late::Thing; }
`);
    assert.deepEqual(imported(facts), [
      'std::collections HashMap as HashMap',
      'crate a as a',
      'crate::a parse as read',
      'crate::a::inner Deep as Deep',
      'crate::a::inner * as null',
      'serde * as serde',
      'self::x Y as Y, again as Y',
      'super::z * as null, again as *',
      '::ext Trait as null',
      'old * as new',
      'self files as files',
      'self public as public, again as public',
      'super * as null',
      'late Thing as Thing',
    ]);
    assert.equal(facts.imports.at(-1)?.line, 12);
  });

  describe('uses', () => {
    it('say how something is called', async () => {
      assert.deepEqual(
        await usedIn(
          'parse(a::B, 1);\nutil::parse::<Tree>(2);\np.read()?.close(3);\nget(url).await?.json();\nShape::Circle(1.0);',
        ),
        ['parse(2)', 'a::B', 'util::parse(1)', 'Tree', 'p.read(0)', 'get(1)', 'url', 'Shape::Circle(1)'],
      );
    });

    it('say how a struct is made', async () => {
      assert.deepEqual(await usedIn('Point { x: a, y };\ngeo::Point { x: 1, ..base };\nBox2::<u8> {};'), [
        'Point(0, x, y)',
        'a',
        'y',
        'geo::Point(0, x, …)',
        'base',
        'Box2(0)',
      ]);
    });

    it('are found among the tokens of a macro', async () => {
      assert.deepEqual(
        await usedIn('assert_eq!(parse("a", &b), x.go(|a, b| a));\nmine!(1);\nprintln!("{}", Point::new(1, two(2)));'),
        ['parse(2)', 'b', 'x.go(1)', 'a', 'b', 'a', 'mine', 'Point::new(2)', 'two(1)'],
      );
    });

    it('name the type that `Self` stands for', async () => {
      const facts = await read('impl<T> Point<T> { fn new(x: T) -> Self { Self { x, y: Self::zero() } } }\n');
      assert.deepEqual(used(facts), ['Point', 'Point', 'Point(0, x, y)', 'Point::zero(0)']);
    });

    it('are types wherever they stand, without lifetimes and parameters', async () => {
      const facts = await read(`
#[derive(Debug, Serialize)]
pub struct A<'a, T: Bound> { b: &'a B, c: pkg::C<T> }
impl<T> Read for A<'_, T> where T: Other { type Item = D; }
fn f(x: impl Iterator<Item = E>) -> Result<G, H> {}
`);
      assert.deepEqual(used(facts), ['Bound', 'B', 'pkg::C', 'Read', 'A', 'Other', 'D', 'E', 'G', 'H']);
    });

    it('are not what a function binds itself, from there on', async () => {
      assert.deepEqual(
        await usedIn(`
early(late);
let late = parse(p);
let Some((a, b)) = late else { return };
if let Wrap { c, d: e } = a { use_it(b, c, e) }
match e2 { Shape::Circle(r) if r > 0.0 => r, MAX => 0.0, n @ 1 => n, _ => 0.0 };
for i in 0..limit { i; }
let g = |h, j: u8| h + j;
while let Ok(k) = next() { k; }
const OWN: u8 = 1;
g(OWN);
`),
        ['early(1)', 'late', 'parse(1)', 'Wrap', 'use_it(3)', 'e2', 'Shape::Circle', 'MAX', 'limit', 'next(0)'],
      );
    });
  });

  it('says of which type names are', async () => {
    const facts = await read(`
struct S { inner: Box<dyn Reader>, list: Vec<u8> }
impl Reader for S {}
impl<T> fmt::Display for S {}
trait Reader { fn must(&self); fn may(&self) {} }
fn f(p: &mut geo::Parser<'_>, q: impl Clone) {
    let a: Tree = make();
    let b = Client::connect(url).await?;
    let c = &Point { x: 1 };
    let d = pkg::Leaf::new().unwrap();
    let e = parse();
}
`);
    assert.deepEqual(typed(facts), [
      'a: Tree',
      'b: Client',
      'c: Point',
      'd: pkg::Leaf',
      'inner: Reader',
      'list: Vec',
      'p: geo::Parser',
      'q: Clone',
    ]);
    assert.deepEqual(basesOf(facts), ['S: Reader, fmt::Display', 'Reader.may?']);
    assert.deepEqual(used(await read('fn f() { Parser::new(1)?.parse(2); }\n')), ['Parser::new(1)', 'Parser.parse(1)']);
  });

  it('reads what can be read of broken code', async () => {
    const facts = await read(
      'use a::b;\npub fn parse(x: u8) {\n  let = 1;\n}\npub struct A { x: }\npub fn other() {}\n',
    );
    assert.ok(declared(facts).includes('+ function parse'), declared(facts).join());
    assert.ok(declared(facts).includes('+ function other'), declared(facts).join());
    assert.deepEqual(imported(facts), ['a b as b']);
    for (const text of [
      'fn',
      'pub',
      'struct',
      'impl',
      'use',
      'use a::',
      'use {',
      'enum A {',
      'impl A {',
      'x!(',
      '#[',
    ]) {
      await read(text);
    }
  });
});
