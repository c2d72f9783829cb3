/** The text on one line, without control characters and without marks that turn the reading direction. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

/** Inline code that its content cannot end. */
export function code(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  if (longest === 0) return `\`${line}\``;
  const marks = '`'.repeat(longest + 1);
  return `${marks} ${line} ${marks}`;
}
