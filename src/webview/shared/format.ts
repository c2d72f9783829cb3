/** Puts arguments in the places `{0}`, `{1}` … of a translated sentence. */
export function format(sentence: string, ...args: readonly (string | number)[]): string {
  return sentence.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
}

const marks = /[\p{Cc}\p{Bidi_Control}]+/gu;

/** Text from elsewhere on one line, without control characters and without marks that turn the reading direction. */
export function plain(text: string): string {
  return text.replace(marks, ' ');
}

/** At most `length` characters of the text: its beginning and its end, which tell names of one kind apart. */
export function middle(text: string, length: number): string {
  const characters = [...plain(text)];
  if (characters.length <= length) return characters.join('');
  const end = Math.floor((length - 1) / 2);
  return `${characters.slice(0, length - 1 - end).join('')}…${characters.slice(characters.length - end).join('')}`;
}

export function shortId(id: string): string {
  return id.slice(0, 9);
}

/** The names without the folder that most of them share (`agent/`), where that makes no two of them the same. */
export function shortNames(names: readonly string[]): readonly string[] {
  const folders = new Map<string, number>();
  for (const name of names) {
    const folder = name.slice(0, name.indexOf('/') + 1);
    if (folder !== '') folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const [shared = '', count = 0] = [...folders].sort((a, b) => b[1] - a[1])[0] ?? [];
  const taken = new Set(names);
  if (count < 2) return names;
  return names.map((name) => {
    const rest = name.slice(shared.length);
    return name.startsWith(shared) && rest !== '' && !taken.has(rest) ? rest : name;
  });
}
