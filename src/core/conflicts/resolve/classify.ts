import type { ResolutionType } from '../../../contract/conflicts';
import type { Grammar } from '../hazards/code/grammars';
import { withTree } from '../hazards/code/parse';
import { UnreadableFile } from '../hazards/reader';
import { onlyAddCases } from './cases';
import { grammarOf } from './grammarOf';
import type { Versions } from './imports/mergeImports';
import { unionOfImports } from './imports/unionOfImports';
import { isMadeAnew } from './locks';
import { type Outline, outlineOf, type Section } from './outline/outline';
import { meetInStatement, type Read, touchedIn } from './outline/touched';
import { isSettingsCode, roleOf, typeOfPath } from './paths';
import type { ThreeWay } from './regions';
import { byHuman, type Resolution, row } from './table';

/** A conflicting text in its three versions. */
export interface ConflictingText extends Versions<string> {
  /** With `/`. */
  readonly path: string;
  /** false: both sides added the file, and `base` is empty. */
  readonly hadBase: boolean;
  readonly edits: ThreeWay;
}

/** Which row of the table a conflict between texts is, and who resolves it. Where there is any doubt, a human. */
export async function classify(text: ConflictingText): Promise<Resolution> {
  const { path } = text;
  switch (roleOf(path)) {
    case 'lock':
      // What somebody wrote into it would be lost.
      return isMadeAnew(path, text.hadBase ? text.base : null, [text.ours, text.theirs])
        ? row('package lock file')
        : row('configuration');
    case 'sample':
      return row('test overlap');
    case 'schema':
      return row('type definition');
    case 'settings':
      return row('configuration');
    case 'test':
    case 'other':
      return classifyText(text);
  }
}

async function classifyText(text: ConflictingText): Promise<Resolution> {
  const { path, edits } = text;
  const test = roleOf(path) === 'test';
  const grammar = grammarOf(path);
  if (grammar === null) return row(test ? 'test overlap' : 'same file, different sections');
  const parse = (code: string) => outline(grammar, code);
  const reads = await readAll(text, parse);
  if (reads === null || edits.conflicts.length === 0) return byHuman(typeOfPath(path));
  if (text.hadBase && (await unionOfImports(edits, reads, parse)) !== null) return row('import ordering');
  if (test) return row('test overlap', (await onlyAddCases(edits, reads, parse)) ? 'agent' : 'human');
  const types = edits.conflicts.map((conflict) => {
    const ours = touchedIn(conflict, edits.ours, reads.base, reads.ours);
    const theirs = touchedIn(conflict, edits.theirs, reads.base, reads.theirs);
    return typeOfSections(ours, theirs);
  });
  if (types.every((type) => type === 'test overlap')) {
    return row('test overlap', (await onlyAddCases(edits, reads, parse)) ? 'agent' : 'human');
  }
  const found = (['type definition', 'same function'] as const).find((type) => types.includes(type));
  if (found !== undefined) return row(found);
  if (isSettingsCode(path)) return row('configuration');
  const one = edits.conflicts.some((conflict) => meetInStatement(conflict, edits, reads));
  return row(one ? 'same function' : 'same file, different sections');
}

/** What a conflict is about: what both sides change of the same section. */
function typeOfSections(
  ours: ReadonlySet<Section | null>,
  theirs: ReadonlySet<Section | null>,
): ResolutionType | 'test overlap' {
  const all = [...ours, ...theirs];
  if (all.length > 0 && all.every((section) => section?.inTest === true)) return 'test overlap';
  const named = new Map([...ours].flatMap((section) => (section === null ? [] : [[section.name, section] as const])));
  const both = [...theirs].filter((section) => section !== null && named.has(section.name));
  if (both.some((section) => section?.kind === 'type')) return 'type definition';
  return both.some((section) => section?.kind === 'function') ? 'same function' : 'same file, different sections';
}

async function readAll(
  text: Versions<string>,
  parse: (code: string) => Promise<Outline | null>,
): Promise<Versions<Read> | null> {
  const read = async (code: string): Promise<Read | null> => {
    const found = await parse(code);
    return found === null ? null : { lines: linesOf(code), outline: found };
  };
  const base = await read(text.base);
  const ours = await read(text.ours);
  const theirs = await read(text.theirs);
  return base === null || ours === null || theirs === null ? null : { base, ours, theirs };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** null: it does not parse. */
async function outline(grammar: Grammar, code: string): Promise<Outline | null> {
  try {
    return await withTree(grammar, code, outlineOf);
  } catch (error) {
    if (error instanceof UnreadableFile) return null;
    throw error;
  }
}
