import type {
  BaseCell,
  Cell,
  ConflictFile,
  ConflictPair,
  ConflictsJson,
  Hazard,
  TrainStep,
  UnknownReason,
  Verdict,
} from '../contract/conflicts';
import { printable, table } from './output';

/** Colours a word; the text says the same without. */
export type Paint = (verdict: Verdict, text: string) => string;

export const plain: Paint = (_, text) => text;

const codes: Readonly<Record<Verdict, number>> = { clean: 32, conflict: 31, unknown: 33 };

/** For terminals: SGR colours of ECMA-48. */
export const coloured: Paint = (verdict, text) => `\u001b[${codes[verdict]}m${text}\u001b[0m`;

/** What a person can do about it. */
const advice: Readonly<Record<UnknownReason, string>> = {
  'not scanned yet': 'run it again',
  'scan is too old': 'run it again',
  'operation in progress': 'finish or abort it there',
  'no commit yet': 'make a first commit there',
  'unrelated histories': 'they have no commit in common, so git would not merge them',
  'file cannot be read': 'make it readable, or have git ignore it',
  'left out': 'commit it, or have git ignore it',
  'in the way': 'move the file away there, or commit it',
  'own rules': 'take that setting out, or merge there to see',
  'submodule commit missing': 'fetch it in the submodule',
  'merge driver not run': 'run it where the repository is trusted',
  timeout: 'run it again when the machine is less busy',
  'git failed': 'see what git says',
};

/** Pairs and files without hazards looked for that are listed; the rest is counted. */
const shownUnjudged = 12;
/** Files of one cell that are listed; the rest is counted. */
const shownFiles = 12;

/** The matrix for people: everyone in merge order with the worst there is, then what is wrong, then the preview. */
export function conflictsText(json: ConflictsJson, paint: Paint = plain): string {
  if (json.branches.length === 0) return 'Nothing to compare: there is no worktree and no task branch.\n';
  const parts = [
    overview(json, paint),
    section('Conflicts', conflictLines(json)),
    section('Hazards', hazardLines(json)),
    section('Not judged', unjudgedLines(json)),
    section('Not known', unknownLines(json)),
    section(`Merged in this order${json.base === null ? '' : ` onto ${printable(json.base)}`}`, trainLines(json)),
    `${summary(json)}\n`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines].map((line) => `${line}\n`).join('');
}

function overview(json: ConflictsJson, paint: Paint): string {
  const steps = new Map(json.train.map((step, index) => [step.ref, { step, place: `${index + 1}` }]));
  const byRef = new Map(json.branches.map((branch) => [branch.ref, branch]));
  const rest = json.branches.map(({ ref }) => ref).filter((ref) => !steps.has(ref));
  const worst = worstOf(json);
  const refs = [...json.mergeOrder, ...rest].filter((ref) => byRef.has(ref));
  const rows = refs.map((ref) => {
    const branch = byRef.get(ref);
    const files = branch?.changedFiles == null ? '' : `${branch.changedFiles}`;
    const state = branch?.dirty === true ? 'uncommitted work' : '';
    const why = steps.get(ref)?.step.why ?? 'not in the merge order';
    return [steps.get(ref)?.place ?? '', ref, worst.get(ref) ?? 'alone', files, state, why].map(printable);
  });
  const head = ['', 'branch', 'worst', 'files', '', 'why it stands there'];
  const lines = table([head, ...rows]).split('\n');
  // Coloured last: the width of a cell is what one sees of it.
  return lines
    .map((line, index) => {
      const verdict = worst.get(refs[index - 1] ?? '');
      return verdict === undefined ? line : painted(line, lines[0]?.indexOf('worst') ?? 0, verdict, paint);
    })
    .join('\n');
}

function painted(line: string, at: number, verdict: Verdict, paint: Paint): string {
  if (!line.startsWith(verdict, at)) return line;
  return line.slice(0, at) + paint(verdict, verdict) + line.slice(at + verdict.length);
}

const rank: Readonly<Record<Verdict, number>> = { clean: 0, unknown: 1, conflict: 2 };

/** Of all cells of a ref. One that is compared with nothing has none. */
function worstOf({ pairs, againstBase }: ConflictsJson): ReadonlyMap<string, Verdict> {
  const worst = new Map<string, Verdict>();
  const note = (ref: string, verdict: Verdict) => {
    const known = worst.get(ref);
    if (known === undefined || rank[verdict] > rank[known]) worst.set(ref, verdict);
  };
  for (const { a, b, verdict } of pairs) {
    note(a, verdict);
    note(b, verdict);
  }
  for (const { ref, verdict } of againstBase) note(ref, verdict);
  return worst;
}

function conflictLines({ pairs, againstBase, mergeOrder }: ConflictsJson): string[] {
  const place = new Map(mergeOrder.map((ref, index) => [ref, index]));
  const at = (ref: string) => place.get(ref) ?? mergeOrder.length;
  const first = (pair: ConflictPair) => Math.min(at(pair.a), at(pair.b));
  const second = (pair: ConflictPair) => Math.max(at(pair.a), at(pair.b));
  const ordered = pairs
    .filter(({ verdict }) => verdict === 'conflict')
    .sort((x, y) => first(x) - first(y) || second(x) - second(y));
  return [
    ...ordered.flatMap((pair) => cellLines(pairTitle(pair), pair)),
    ...againstBase
      .filter(({ verdict }) => verdict === 'conflict')
      .sort((x, y) => at(x.ref) - at(y.ref))
      .flatMap((cell) => cellLines(baseTitle(cell), cell)),
  ];
}

function pairTitle({ a, b, direction }: ConflictPair): string {
  if (direction === 'a-into-b') return `${a} into ${b} (not the other way round)`;
  if (direction === 'b-into-a') return `${b} into ${a} (not the other way round)`;
  return `${a} and ${b}`;
}

function baseTitle({ ref, base, direction }: BaseCell): string {
  if (direction === 'b-into-a') return `base ${base} into ${ref} (not the other way round)`;
  return `${ref} into base ${base}${direction === null ? '' : ' (not the other way round)'}`;
}

function cellLines(
  title: string,
  cell: Pick<Cell, 'files' | 'detail'> & { readonly driver?: string | null },
): string[] {
  const driver = cell.driver ? `; rests on the merge driver ${cell.driver}, which hosting services do not run` : '';
  // A conflict need not name a file: then git's own words say what it is about.
  const words = cell.files.length === 0 && cell.detail !== null ? `: ${cell.detail}` : '';
  return [`  ${printable(`${title}${words}${driver}`)}`, ...fileLines(cell.files)];
}

function fileLines(files: readonly ConflictFile[]): string[] {
  const rows = files.slice(0, shownFiles).map((file) => [`   `, shownName(file), file.kind, resolutionWords(file)]);
  const more = files.length - shownFiles;
  const lines = table(rows)
    .split('\n')
    .filter((line) => line !== '');
  return more > 0 ? [...lines, `     and ${more} more`] : lines;
}

/** Whose it is by the table; nothing where that is not judged. */
function resolutionWords({ type, who, strategy, candidate }: ConflictFile): string {
  if (who === null) return '';
  const how = strategy === null ? '' : `: ${strategy}`;
  return `${type ?? 'like no row of the table'}; ${candidate ? 'perhaps ' : ''}${who}${how}`;
}

/** What git merges cleanly and is dangerous all the same; each with its id, by which it is muted. */
function hazardLines({ hazards }: ConflictsJson): string[] {
  const open = hazards.filter(({ muted }) => muted === null);
  const muted = hazards.filter((hazard) => hazard.muted !== null);
  return [
    ...open.flatMap((hazard) => [
      `  ${hazardTitle(hazard)}`,
      ...[hazard.prevention ?? []].flat().map((text) => `    ${printable(text)}`),
    ]),
    ...muted.map((hazard) => `  muted: ${hazardTitle(hazard)} (${printable(mutedWords(hazard))})`),
  ];
}

function hazardTitle({ id, kind, message, files, line }: Hazard): string {
  const [file] = files;
  const place = file === undefined ? '' : ` (${shownName({ path: file })}${line === undefined ? '' : `:${line}`})`;
  return `${id}  ${kind}: ${printable(message)}${place}`;
}

function mutedWords({ muted }: Hazard): string {
  return `${muted?.who ?? 'somebody'}: ${muted?.reason ?? ''}`;
}

/** Pairs that merge cleanly, in which nobody has looked for hazards; and files that could not be read. */
function unjudgedLines({ pairs, againstBase, unjudged }: ConflictsJson): string[] {
  const cells = [
    ...pairs.map(({ a, b, verdict, hazards }) => ({ title: `${a} and ${b}`, verdict, hazards })),
    ...againstBase.map(({ ref, base, verdict, hazards }) => ({ title: `${ref} and base ${base}`, verdict, hazards })),
  ].filter(({ verdict, hazards }) => verdict === 'clean' && hazards == null);
  const more = unjudged.length - shownUnjudged;
  return [
    ...cells.slice(0, shownUnjudged).map(({ title }) => `  ${printable(title)}: hazards were not looked for`),
    ...(cells.length > shownUnjudged ? [`  and ${cells.length - shownUnjudged} more pairs`] : []),
    ...unjudged
      .slice(0, shownUnjudged)
      .map(({ ref, path, why }) => `  ${shownName({ path })} of ${printable(ref)}: ${printable(why)}`),
    ...(more > 0 ? [`  and ${more} more files`] : []),
  ];
}

/** What makes the same unknown for one side is told once. */
function unknownLines({ pairs, againstBase }: ConflictsJson): string[] {
  const cells = [
    ...pairs.map((pair) => ({ cell: pair, refs: [pair.a, pair.b], title: `${pair.a} and ${pair.b}` })),
    ...againstBase.map((cell) => ({ cell, refs: [cell.ref], title: `${cell.ref} and base ${cell.base}` })),
  ];
  const reasonOf = ({ verdict, reason, detail }: Cell) => (verdict === 'unknown' ? `${reason}\0${detail ?? ''}` : null);
  const ofSide = new Map<string, string>();
  for (const ref of new Set(cells.flatMap(({ refs }) => refs))) {
    const own = cells.filter(({ refs }) => refs.includes(ref)).map(({ cell }) => reasonOf(cell));
    const counts = new Map<string, number>();
    for (const reason of own) if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const all = own.every((reason) => reason !== null) && own.length > 1;
    const [most] = [...counts].sort(([, x], [, y]) => y - x);
    // All of its cells are unknown, most of them for this: the others have a reason of the other side.
    if (all && most !== undefined && most[1] > own.length / 2) ofSide.set(ref, most[0]);
  }
  const told = cells.filter(({ cell, refs }) => {
    const reason = reasonOf(cell);
    return reason !== null && !refs.some((ref) => ofSide.get(ref) === reason);
  });
  return [
    ...[...ofSide].map(([ref, reason]) => unknownLine(`${ref} with all others`, ...splitReason(reason))),
    ...told.map(({ title, cell }) => unknownLine(title, cell.reason, cell.detail)),
  ];
}

function splitReason(text: string): [UnknownReason, string | null] {
  const [reason, detail] = text.split('\0');
  return [reason as UnknownReason, detail || null];
}

function unknownLine(title: string, reason: UnknownReason | null, detail: string | null): string {
  const what = `${reason ?? 'git failed'}${detail === null ? '' : ` (${detail})`}`;
  return `  ${printable(`${title}: ${what}; ${advice[reason ?? 'git failed']}`)}`;
}

function trainLines({ train }: ConflictsJson): string[] {
  const trouble = train.filter(({ verdict }) => verdict !== 'clean');
  if (train.length === 0) return [];
  if (trouble.length === 0) return ['  all merge cleanly'];
  return trouble.flatMap((step) => stepLines(step));
}

function stepLines(step: TrainStep): string[] {
  if (step.verdict === 'unknown') return [unknownLine(step.ref, step.reason, step.detail)];
  return cellLines(`${step.ref} conflicts and is left out`, step);
}

function summary({ pairs, hazards, timing }: ConflictsJson): string {
  const count = (verdict: Verdict) => pairs.filter((pair) => pair.verdict === verdict).length;
  const open = hazards.filter(({ muted }) => muted === null).length;
  const dangers = open === 0 ? '' : `; ${plural(open, 'hazard')}`;
  const counts = `${count('conflict')} conflict, ${count('unknown')} unknown, ${count('clean')} clean${dangers}`;
  const cost = `${Math.round(timing.ms)} ms, ${plural(timing.gitProcesses, 'git process', 'es')}`;
  return `${plural(pairs.length, 'pair')}: ${counts} (${cost})`;
}

function plural(n: number, what: string, ending = 's'): string {
  return `${n} ${what}${n === 1 ? '' : ending}`;
}

/** A file's name in which nothing is hidden: bytes that are no UTF-8 as `\xff`, line breaks as `\n`. */
export function shownName({ path, pathBytes }: Pick<ConflictFile, 'path' | 'pathBytes'>): string {
  const text = pathBytes === undefined ? path : escapedBytes(Buffer.from(pathBytes, 'base64'));
  return printable(text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t'));
}

function escapedBytes(bytes: Buffer): string {
  return [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('');
}
