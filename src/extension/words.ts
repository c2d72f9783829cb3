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

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** A size in decimal units, as disks have them: `1.2 GB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.95 would be shown as 1000.0 of the smaller unit.
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  // Number and unit stay on one line.
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)}\u00a0${units[unit]}`;
}

/** The day of a time, the same in every language: `2026-01-31`. */
export function day(time: string): string {
  return time.slice(0, 10);
}

/** A task as people know it. */
export function nameOf(row: { readonly plan: string; readonly task: string; readonly title: string }): string {
  return oneLine(row.title === '' ? `${row.plan}/${row.task}` : row.title);
}

/** Text as the label of a pick, where `$(…)` would become an icon. */
export function plainLabel(text: string): string {
  return text.replaceAll('$(', '$ (');
}
