import { itFinds, itLetsPass, lines } from '../codeCases';

const folder = 'src/main/java/com/example';
const parser = lines(
  'package com.example.text;',
  '',
  'public class Parser {',
  '  private final String text;',
  '',
  '  public Parser(String text) {',
  '    this.text = text;',
  '  }',
  '',
  '  public String[] parse(boolean strict) {',
  '    return text.split(" ");',
  '  }',
  '',
  '  public static String join(String a, String b) {',
  '    return a + b;',
  '  }',
  '}',
);
const shape = lines('package com.example.text;', '', 'public interface Shape {', '  double area();', '}');
const base = { [`${folder}/text/Parser.java`]: parser, [`${folder}/text/Shape.java`]: shape };
const use = (...body: string[]) =>
  lines(
    'package com.example.app;',
    '',
    'import com.example.text.Parser;',
    'import static com.example.text.Parser.join;',
    '',
    'class Use {',
    '  void run(Parser parser) {',
    ...body.map((line) => `    ${line}`),
    '  }',
    '}',
  );
const at = `${folder}/app/Use.java`;
const own = `${folder}/text/Parser.java`;

describe('hazard signature: Java', () => {
  itFinds('signature', [
    {
      name: 'a method takes more',
      base,
      a: { [own]: parser.replace('boolean strict', 'boolean strict, int limit') },
      b: { [at]: use('parser.parse(true);') },
      file: at,
      line: 'parser.parse(true)',
      says: 'a changes `Parser.parse(strict)` to `Parser.parse(strict, limit)`, but b newly calls it with 1 argument',
    },
    {
      name: 'a constructor takes more',
      base,
      a: { [own]: parser.replace('Parser(String text)', 'Parser(String text, int limit)') },
      b: { [at]: use('var other = new Parser("a");') },
      file: at,
      line: 'new Parser(',
      says: 'with 1 argument',
    },
    {
      name: 'a method that is imported by itself is removed',
      base,
      a: { [own]: parser.replace(/\n {2}public static[\s\S]*?\n {2}\}\n/, '') },
      b: { [at]: use('join("a", "b");') },
      file: at,
      line: 'join("a", "b")',
      says: 'a removes `Parser.join(a, b)`',
    },
    {
      name: 'an interface asks for one more',
      base,
      a: { [`${folder}/text/Shape.java`]: shape.replace('double area();', 'double area();\n  String name();') },
      b: {
        [`${folder}/text/Circle.java`]: lines(
          'package com.example.text;',
          '',
          'public class Circle implements Shape {',
          '  public double area() { return 1; }',
          '}',
        ),
      },
      file: `${folder}/text/Circle.java`,
      line: 'implements Shape',
      says: 'a adds `name` to `Shape`, but b newly has `Circle`, which lacks it,',
    },
    {
      name: 'another type is taken',
      base,
      a: { [own]: parser.replace('join(String a, String b)', 'join(String a, int b)') },
      b: { [at]: use('Parser.join("a", "b");') },
      file: at,
      line: 'Parser.join(',
      says: '`String` where it takes `int`',
    },
  ]);
});

describe('no hazard signature: Java', () => {
  itLetsPass('signature', [
    {
      name: 'another method of the name is there for it',
      base,
      a: {
        [own]: parser.replace(
          '  public static',
          '  public String[] parse(boolean strict, int limit) {\n    return null;\n  }\n\n  public static',
        ),
      },
      b: { [at]: use('parser.parse(true);') },
    },
    {
      name: 'a class of another package has the name',
      base,
      a: { [own]: parser.replace('boolean strict', 'boolean strict, int limit') },
      b: {
        [at]: use('parser.parse(true);')
          .replace('com.example.text.Parser;', 'org.other.Parser;')
          .replace(/import static.*\n/, ''),
      },
    },
    {
      name: 'an interface has one more with a body',
      base,
      a: {
        [`${folder}/text/Shape.java`]: shape.replace(
          'double area();',
          'double area();\n  default String name() { return ""; }',
        ),
      },
      b: {
        [`${folder}/text/Circle.java`]: lines(
          'package com.example.text;',
          '',
          'public class Circle implements Shape {',
          '  public double area() { return 1; }',
          '}',
        ),
      },
    },
    {
      name: 'a wider number is taken',
      base: { [own]: parser.replace('join(String a, String b)', 'join(String a, int b)') },
      a: { [own]: parser.replace('join(String a, String b)', 'join(String a, long b)') },
      b: { [at]: use('Parser.join("a", 1);') },
    },
    {
      name: 'what nobody else could use changes',
      base,
      a: {
        [own]: parser
          .replace('private final String text', 'private final CharSequence text')
          .replace('text.split', 'text.toString().split'),
      },
      b: { [at]: use('parser.parse(true);') },
    },
  ]);
});
