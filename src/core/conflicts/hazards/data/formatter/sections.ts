/**
 * The scalars of a file of `[section]` lines and `key = value` lines: INI (setup.cfg(5), EditorConfig) and the plain
 * part of TOML. Values over several lines are passed over; their lines look like neither.
 * @returns by section (`''` before the first), the values without their quotes
 */
export function readSections(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = '';
  for (const line of text.split(/\r\n?|\n/)) {
    const header = /^\s*\[\[?\s*(.+?)\s*\]\]?\s*(?:[#;].*)?$/.exec(line)?.[1];
    if (header !== undefined && !/^\s*\[.*=/.test(line)) section = header.replace(/["']/g, '');
    const [, key, quoted, plain] =
      /^\s*([\w.-]+)\s*[=:]\s*(?:"([^"]*)"|'[^']*'|([^\s#;[{]+))\s*(?:[#;].*)?$/.exec(line) ?? [];
    const value = quoted ?? plain ?? /=\s*'([^']*)'/.exec(line)?.[1];
    if (key === undefined || value === undefined) continue;
    const values = sections.get(section) ?? new Map<string, string>();
    sections.set(section, values.set(key, value));
  }
  return sections;
}
