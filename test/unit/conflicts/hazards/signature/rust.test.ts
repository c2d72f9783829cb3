import { itFinds, itLetsPass, lines } from '../codeCases';

const text = lines(
  'pub struct Options {',
  '    pub strict: bool,',
  '    pub limit: usize,',
  '}',
  '',
  'pub struct Parser;',
  '',
  'impl Parser {',
  '    pub fn new() -> Self { Parser }',
  '    pub fn parse(&self, text: &str) -> Vec<String> { vec![text.to_string()] }',
  '}',
  '',
  'pub trait Shape {',
  '    fn area(&self) -> f64;',
  '}',
  '',
  'pub fn split(text: &str) -> Vec<String> { vec![text.to_string()] }',
);
const base = { 'src/lib.rs': 'pub mod text;\n', 'src/text.rs': text };

describe('hazard signature: Rust', () => {
  itFinds('signature', [
    {
      name: 'a parameter is added',
      base,
      a: { 'src/text.rs': text.replace('split(text: &str)', 'split(text: &str, by: char)') },
      b: { 'src/words.rs': lines('use crate::text::split;', '', 'pub fn words() -> Vec<String> { split("a b") }') },
      file: 'src/words.rs',
      line: 'split(',
      says: 'a changes `split(text)` to `split(text, by)`, but b newly calls it with 1 argument in src/words.rs.',
    },
    {
      name: 'a result has to be unpacked',
      base,
      a: {
        'src/text.rs': text.replace(
          'split(text: &str) -> Vec<String> { vec![text.to_string()] }',
          'split(text: &str) -> Result<Vec<String>, Error> { Ok(vec![]) }',
        ),
      },
      b: { 'src/words.rs': lines('pub fn words() -> Vec<String> { crate::text::split("a b") }') },
      file: 'src/words.rs',
      line: 'split(',
      says: 'Result<Vec<String>,Error>',
    },
    {
      name: 'a field is added to a struct that is newly made',
      base,
      a: { 'src/text.rs': text.replace('    pub limit: usize,', '    pub limit: usize,\n    pub loose: bool,') },
      b: {
        'src/words.rs': lines(
          'use super::text::Options;',
          '',
          'pub fn all() -> Options { Options { strict: true, limit: 3 } }',
        ),
      },
      file: 'src/words.rs',
      line: 'Options { strict',
      says: 'without `loose`',
    },
    {
      name: 'a method takes more',
      base,
      a: { 'src/text.rs': text.replace('&self, text: &str', '&self, text: &str, limit: usize') },
      b: {
        'src/words.rs': lines(
          'use crate::text::Parser;',
          '',
          'pub fn words() {',
          '    let p = Parser::new();',
          '    p.parse("a b");',
          '}',
        ),
      },
      file: 'src/words.rs',
      line: 'p.parse(',
      says: '`Parser.parse(text, limit)`',
    },
    {
      name: 'a trait asks for one more',
      base,
      a: {
        'src/text.rs': text.replace(
          '    fn area(&self) -> f64;',
          '    fn area(&self) -> f64;\n    fn name(&self) -> String;',
        ),
      },
      b: {
        'src/circle.rs': lines(
          'use crate::text::Shape;',
          '',
          'pub struct Circle;',
          '',
          'impl Shape for Circle {',
          '    fn area(&self) -> f64 { 1.0 }',
          '}',
        ),
      },
      file: 'src/circle.rs',
      line: 'impl Shape for Circle',
      says: 'a adds `name` to `Shape`, but b newly has `Circle`, which lacks it,',
    },
    {
      name: 'a function is removed',
      base,
      a: { 'src/text.rs': text.slice(0, text.indexOf('pub fn split')) },
      b: {
        'src/words.rs': lines('use crate::text::{split, Parser};', '', 'pub fn words(_: Parser) { split("a b"); }'),
      },
      file: 'src/words.rs',
      line: 'split("a b")',
      says: 'a removes `split(text)`',
    },
  ]);
});

describe('no hazard signature: Rust', () => {
  itLetsPass('signature', [
    {
      name: 'a module becomes a folder',
      base,
      a: { 'src/text.rs': null, 'src/text/mod.rs': text },
      b: { 'src/words.rs': lines('use crate::text::split;', '', 'pub fn words() -> Vec<String> { split("a b") }') },
    },
    {
      name: 'what is moved is handed on',
      base,
      a: {
        'src/text.rs': `pub use crate::cut::split;\n${text.slice(0, text.indexOf('pub fn split'))}`,
        'src/cut.rs': text.slice(text.indexOf('pub fn split')),
      },
      b: { 'src/words.rs': lines('use crate::text::split;', '', 'pub fn words() -> Vec<String> { split("a b") }') },
    },
    {
      name: 'a trait has one more with a body',
      base,
      a: {
        'src/text.rs': text.replace(
          '    fn area(&self) -> f64;',
          '    fn area(&self) -> f64;\n    fn name(&self) -> String { String::new() }',
        ),
      },
      b: {
        'src/circle.rs': lines(
          'use crate::text::Shape;',
          '',
          'pub struct Circle;',
          '',
          'impl Shape for Circle {',
          '    fn area(&self) -> f64 { 1.0 }',
          '}',
        ),
      },
    },
    {
      name: 'the rest of a struct comes from another',
      base,
      a: { 'src/text.rs': text.replace('    pub limit: usize,', '    pub limit: usize,\n    pub loose: bool,') },
      b: {
        'src/words.rs': lines(
          'use crate::text::Options;',
          '',
          'pub fn all(o: Options) -> Options { Options { strict: true, ..o } }',
        ),
      },
    },
    {
      name: 'more than a text is taken',
      base,
      a: { 'src/text.rs': text.replace('split(text: &str)', 'split(text: impl AsRef<str>)') },
      b: { 'src/words.rs': lines('use crate::text::split;', '', 'pub fn words() -> Vec<String> { split("a b") }') },
    },
  ]);
});
