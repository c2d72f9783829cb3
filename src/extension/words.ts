/** How a sentence for people is made; `vscode.l10n.t` in the extension, a plain replacement in unit tests. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;

const special = /[\\`*_{}[\]()#+\-.!|<>~$&:]/g;

/**
 * Text from a branch, a file or an agent as Markdown that shows just that text: no emphasis, link, HTML, theme icon or
 * new line comes from it.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text).replace(special, (character) => `\\${character}`);
}

/** The text on one line, without control characters and without marks that turn the reading direction. */
export function oneLine(text: string): string {
  let line = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const direction = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    line += control || direction ? ' ' : character;
  }
  return line.replace(/ {2,}/g, ' ').trim();
}

/** How long ago, in the largest unit that fits. */
export function age(t: Translate, since: string | null, now: Date): string {
  const start = since === null ? Number.NaN : Date.parse(since);
  if (Number.isNaN(start)) return t('unknown');
  const seconds = Math.max(0, Math.floor((now.getTime() - start) / 1000));
  if (seconds < 60) return t('just now');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('{0} min ago', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t('{0} h ago', hours);
  return t('{0} days ago', Math.floor(hours / 24));
}
