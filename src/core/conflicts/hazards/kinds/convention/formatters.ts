import { type FormattedLanguage, formattedAs, formattedLanguages } from '../../data/formatter/vocabulary';
import type { FormatterFacts } from '../../facts';
import type { ChangedFile, Finding, SideFacts } from '../../parts';
import { folderOf } from './places';
import { styleGuide } from './styleGuide';

/** Settings of formatters that go different ways: two that disagree, or one side changes what the other still follows. */
export function judgeFormatters(a: SideFacts, b: SideFacts): Finding[] {
  const disagreeing = disagreements(a, b);
  if (disagreeing.length > 0) return disagreeing;
  return [...reformatted(a, b, 'a'), ...reformatted(b, a, 'b')];
}

/** By `<language> <setting>`. */
type Settings = ReadonlyMap<string, string>;

/** What a configuration says of each language; what it says of all of them counts where it says nothing special. */
function settingsOf(facts: FormatterFacts | null | undefined): Settings {
  const found = new Map<string, string>();
  const entries = Object.entries(facts?.settings ?? {});
  for (const [key, value] of entries) {
    if (!key.startsWith('* ')) continue;
    for (const language of formattedLanguages) found.set(language + key.slice(1), value);
  }
  for (const [key, value] of entries) if (!key.startsWith('* ')) found.set(key, value);
  return found;
}

/** What a side set anew in a file: values that were not there before. */
function setIn({ old, next }: ChangedFile): Settings {
  const before = settingsOf(old?.facts.formatter);
  return new Map([...settingsOf(next?.facts.formatter)].filter(([key, value]) => before.get(key) !== value));
}

/** Two files of one folder, each set by another side, that say different things of one language. */
function disagreements(a: SideFacts, b: SideFacts): Finding[] {
  const theirs = b.files.filter(({ next }) => next?.facts.formatter != null);
  return a.files
    .filter(({ next }) => next?.facts.formatter != null)
    .flatMap((ours) => {
      const beside = theirs.filter(({ path }) => path !== ours.path && folderOf(path) === folderOf(ours.path));
      return beside.flatMap((other) => disagreement(a, ours, b, other) ?? []);
    });
}

function disagreement(a: SideFacts, ours: ChangedFile, b: SideFacts, theirs: ChangedFile): Finding | null {
  const other = setIn(theirs);
  const found = [...setIn(ours)].filter(([key, value]) => (other.get(key) ?? value) !== value);
  const [key, value] = found.find(([each]) => !each.endsWith(' formatter')) ?? found[0] ?? [];
  if (key === undefined || value === undefined) return null;
  return {
    kind: 'convention',
    subject: `${settingOf(key)} in ${ours.path} and ${theirs.path}`,
    message: `${a.ref} sets ${settingOf(key)} to ${value} in ${ours.path}, and ${b.ref} sets it to ${other.get(key)} in ${theirs.path}: each tool undoes what the other one formats.`,
    files: [ours.path, theirs.path],
    line: ours.lines?.first ?? 1,
    at: 'a',
    prevention: styleGuide(a.rules ?? b.rules, 'which formatter and settings the project has'),
  };
}

function settingOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}

interface Change {
  readonly file: ChangedFile;
  readonly key: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** A side changes settings that hold already, and the other one writes code under the old ones. */
function reformatted(by: SideFacts, other: SideFacts, at: 'a' | 'b'): Finding[] {
  const found = new Map<string, Finding>();
  for (const change of changesOf(by)) {
    const { path } = change.file;
    const same = other.files.find((file) => file.path === path);
    if (same?.next?.blob === change.file.next?.blob && same !== undefined) continue;
    const code = other.files.find((file) => isWrittenUnder(file, path, change.key, by));
    if (code !== undefined && !found.has(path)) found.set(path, reformatting(by, change, other, code, at));
  }
  return [...found.values()];
}

/** What is otherwise in a folder's formatters than before; a tool that is new, or gone, changed nothing that held. */
function changesOf({ files }: SideFacts): Change[] {
  const configurations = files.filter(({ old, next }) => old?.facts.formatter != null || next?.facts.formatter != null);
  const folders = new Set(configurations.map(({ path }) => folderOf(path)));
  return [...folders].flatMap((folder) => {
    const here = configurations.filter(({ path }) => folderOf(path) === folder);
    const [before, after] = [said(here, 'old'), said(here, 'next')];
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
      const [from, to] = [before.get(key), after.get(key)];
      const tool = (to ?? from)?.tool;
      const [was, is] = (['old', 'next'] as const).map((which) =>
        here.find((file) => file[which]?.facts.formatter?.tool === tool),
      );
      const holds = from !== undefined && to !== undefined ? true : was !== undefined && is !== undefined;
      const file = to?.file ?? is;
      if (from?.value === to?.value || key.endsWith(' formatter') || !holds || file === undefined) return [];
      return [{ file, key, from: from?.value, to: to?.value }];
    });
  });
}

interface Said {
  readonly value: string;
  readonly tool: string;
  readonly file: ChangedFile;
}

function said(files: readonly ChangedFile[], which: 'old' | 'next'): Map<string, Said> {
  const all = new Map<string, Said>();
  for (const file of files) {
    const facts = file[which]?.facts.formatter;
    if (facts == null) continue;
    for (const [key, value] of settingsOf(facts)) all.set(key, { value, tool: facts.tool, file });
  }
  return all;
}

/** New or edited code of the setting's language in the folder of the configuration, which the first side leaves alone. */
function isWrittenUnder(file: ChangedFile, configuration: string, key: string, by: SideFacts): boolean {
  const language: FormattedLanguage | null = formattedAs(file.path);
  const folder = folderOf(configuration);
  const isHere = folder === '' || file.path.startsWith(`${folder}/`);
  const isWritten = file.next !== null && file.movedFrom === null && file.old?.blob !== file.next.blob;
  if (!isHere || !isWritten || language === null || !key.startsWith(`${language} `)) return false;
  return !by.files.some(({ path, next }) => path === file.path && next?.blob === file.next?.blob);
}

function reformatting(
  by: SideFacts,
  { file, key, from, to }: Change,
  other: SideFacts,
  code: ChangedFile,
  at: 'a' | 'b',
): Finding {
  const change = `from ${from ?? 'the default'} to ${to ?? 'the default'}`;
  return {
    kind: 'convention',
    subject: `${settingOf(key)} in ${file.path}`,
    message: `${by.ref} changes ${settingOf(key)} ${change} in ${file.path}, while ${other.ref} ${code.old === null ? 'adds' : 'changes'} ${code.path} under the old setting.`,
    files: [file.path, code.path],
    line: file.lines?.first ?? 1,
    at,
    prevention: styleGuide(by.rules ?? other.rules, 'which settings of the formatter hold, and who may change them'),
  };
}
