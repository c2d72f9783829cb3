import type { ChangedFile, Finding, SideFacts } from '../../parts';
import { type CaseStyle, caseStyle, majorityOf } from './caseStyle';
import { endingOf, folderOf, isMatterOfTaste, nameOf } from './places';
import { styleGuide } from './styleGuide';

/** One file may be a slip or a special case; two are a style. */
const fewest = 2;

/** Two sides that fill one new folder, each in a style of its own. */
export function judgeNewFolder(a: SideFacts, b: SideFacts): Finding[] {
  const theirs = stylesOf(b);
  return [...stylesOf(a)].flatMap(([key, ours]) => {
    const other = theirs.get(key);
    const differs = other !== undefined && looks(ours.style) !== looks(other.style);
    return differs ? [finding(a, ours, b, other)] : [];
  });
}

interface Style {
  readonly style: CaseStyle;
  readonly files: readonly ChangedFile[];
}

/** Capitals alone may be those of a class and of a function. */
function looks(style: CaseStyle): string {
  return style === 'camelCase' || style === 'PascalCase' ? 'capitals' : style;
}

/** By folder and ending, the one style of the files that a side adds where no rule holds yet. */
function stylesOf(side: SideFacts): Map<string, Style> {
  const added = new Map<string, { style: CaseStyle; file: ChangedFile }[]>();
  for (const file of side.files) {
    const { path, old, next, movedFrom } = file;
    if (old !== null || next === null || movedFrom !== null || isMatterOfTaste(path)) continue;
    const style = caseStyle(nameOf(path).split('.')[0] ?? '');
    if (style === null || hasRule(side, path)) continue;
    const key = `${folderOf(path)} ${endingOf(path)}`;
    added.set(key, [...(added.get(key) ?? []), { style, file }]);
  }
  const found = new Map<string, Style>();
  for (const [key, all] of added) {
    const style = all[0]?.style;
    if (style === undefined || all.length < fewest || all.some((each) => each.style !== style)) continue;
    found.set(key, { style, files: all.map(({ file }) => file) });
  }
  return found;
}

function hasRule({ folders }: SideFacts, path: string): boolean {
  const names = (folders.get(folderOf(path))?.names ?? []).filter((name) => endingOf(name) === endingOf(path));
  const styles = names.flatMap((name) => {
    const style = caseStyle(name.split('.')[0] ?? '');
    return style === null ? [] : [[name, style] as const];
  });
  return majorityOf(new Map(styles)) !== null;
}

function finding(a: SideFacts, ours: Style, b: SideFacts, theirs: Style): Finding {
  const [path, other] = [ours.files[0]?.path ?? '', theirs.files[0]?.path ?? ''];
  const folder = folderOf(path) || 'the top folder';
  return {
    kind: 'convention',
    subject: `names of ${endingOf(path)} files in ${folder}`,
    message: `${a.ref} names its new files in ${folder} in ${ours.style} (${nameOf(path)}), and ${b.ref} in ${theirs.style} (${nameOf(other)}).`,
    files: [path, other],
    line: 1,
    at: 'a',
    prevention: styleGuide(a.rules ?? b.rules, `how files in ${folder} are named`),
  };
}
