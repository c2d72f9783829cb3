/** Letters that Unicode does not take apart into a Latin letter and a mark. */
const latin: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ŋ: 'n',
};

const cyrillic = 'абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўѓќљњџћђјѕ';
const cyrillicLatin =
  'a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e yu ya i yi ye g u g k lj nj dz c dj j dz'.split(
    ' ',
  );

const greek = 'αβγδεζηθικλμνξοπρσςτυφχψω';
const greekLatin = 'a v g d e z i th i k l m n x o p r s s t y f ch ps o'.split(' ');

const table: ReadonlyMap<string, string> = new Map([
  ...Object.entries(latin),
  ...[...cyrillic].map((letter, index): [string, string] => [letter, cyrillicLatin[index] ?? '']),
  ...[...greek].map((letter, index): [string, string] => [letter, greekLatin[index] ?? '']),
]);

/** Writes accented, Cyrillic and Greek letters with plain Latin ones (in lower case); other scripts stay as they are. */
export function transliterate(text: string): string {
  const plain = [...text.toLowerCase().normalize('NFC')].map((letter) => table.get(letter) ?? letter).join('');
  return plain
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/./gsu, (letter) => table.get(letter) ?? letter);
}
