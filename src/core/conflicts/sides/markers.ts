/**
 * Names the sides in conflict markers: git writes what it was given, which are ids here.
 * @param content one file of a result, in any encoding. @param names of the sides, by full commit id
 */
export function nameMarkers(content: Buffer, names: ReadonlyMap<string, string>): Buffer {
  // xdiff/xmerge.c, `fill_conflict_hunk`: the mark at least once, a blank, the label; `:<path>` for a renamed file.
  const text = content.toString('latin1').replace(/^([<>|]+ )([0-9a-f]{40,64})(?=[:\r\n]|$)/gm, (all, mark, id) => {
    const name = names.get(String(id));
    return name === undefined ? all : `${mark}${Buffer.from(name, 'utf8').toString('latin1')}`;
  });
  return Buffer.from(text, 'latin1');
}

/** The line (1-based) of the first conflict marker; null: there is none. */
export function firstMarker(content: Buffer): number | null {
  const lines = content.toString('latin1').split('\n');
  const index = lines.findIndex((line) => /^<{7,} /.test(line));
  return index < 0 ? null : index + 1;
}
