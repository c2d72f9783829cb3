import { doubtAbout, isOfImports, settleImports, type Versions } from './imports/mergeImports';
import type { Outline, Parse, Section } from './outline/outline';
import { type Read, settle } from './outline/touched';
import { type Edit, type Lines, mergeLines, type Region, type ThreeWay } from './regions';

/**
 * Whether both sides did nothing to a test file but add cases, of different names, and importing what these need: then
 * the suites can be combined by whoever can read them.
 */
export async function onlyAddCases(edits: ThreeWay, reads: Versions<Read>, parse: Parse): Promise<boolean> {
  const outlines = { base: reads.base.outline, ours: reads.ours.outline, theirs: reads.theirs.outline };
  const lines = { base: reads.base.lines, ours: reads.ours.lines, theirs: reads.theirs.lines };
  for (const side of ['ours', 'theirs'] as const) {
    if (!edits[side].every((edit) => addsCases(edit, reads[side]) || changesImports(edit, side, lines, outlines)))
      return false;
  }
  const names = { base: casesOf(outlines.base), ours: casesOf(outlines.ours), theirs: casesOf(outlines.theirs) };
  const added = names.theirs.filter((name) => !names.base.includes(name));
  if (added.some((name) => names.ours.includes(name))) return false;
  const settled: { region: Region; lines: readonly string[] }[] = [];
  for (const conflict of edits.conflicts) {
    const imports = isOfImports(conflict, lines, outlines);
    const made = imports ? settleImports(conflict, edits, lines, outlines) : oneBehindOther(conflict, lines);
    if (made === null) return false;
    if (!settled.some(({ region }) => region.base.from === made.region.base.from)) settled.push(made);
  }
  const text = mergeLines(edits, lines, settled);
  const merged = await parse(text.join('\n'));
  if (merged === null || doubtAbout(merged, text, outlines) !== null) return false;
  return sorted(casesOf(merged)) === sorted([...names.ours, ...added]);
}

function addsCases({ base, side }: Edit, read: Read): boolean {
  if (base.from !== base.to) return false;
  const { from, to } = settle(side, read);
  const whole = ({ lines }: Section) => from <= lines.from && lines.to <= to;
  const cases = read.outline.sections.filter((section) => section.isCase && whole(section));
  for (let row = from; row < to; row += 1) {
    if (read.lines[row]?.trim() === '') continue;
    if (!cases.some(({ lines }) => lines.from <= row && row < lines.to)) return false;
  }
  return true;
}

function changesImports(
  { base, side }: Edit,
  name: 'ours' | 'theirs',
  lines: Lines,
  outlines: Versions<Outline>,
): boolean {
  const region = { base, ours: side, theirs: side };
  const alike = { base: outlines.base, ours: outlines[name], theirs: outlines[name] };
  return isOfImports(region, { base: lines.base, ours: lines[name], theirs: lines[name] }, alike);
}

/** Names of the test cases; groups are no cases. */
function casesOf({ sections }: Outline): string[] {
  return sections.filter(({ kind, isCase }) => isCase && kind === 'function').map(({ name }) => name);
}

function oneBehindOther(region: Region, lines: Lines): { region: Region; lines: string[] } | null {
  if (region.base.from !== region.base.to) return null;
  const { ours, theirs } = region;
  return { region, lines: [...lines.ours.slice(ours.from, ours.to), ...lines.theirs.slice(theirs.from, theirs.to)] };
}

function sorted(names: readonly string[]): string {
  return JSON.stringify([...names].sort());
}
