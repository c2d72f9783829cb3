import type { CodeFacts, Declaration, Language } from '../../facts';
import type { ChangedFile, Finding, SideFacts } from '../../parts';
import { isUsual, type Majority, majorityOf } from './caseStyle';
import { endingOf, folderOf, isMatterOfTaste } from './places';
import { styleGuide } from './styleGuide';

type NameStyle = 'snake_case' | 'camelCase' | 'PascalCase';
type Kind = 'functions and values' | 'types';

/** New exports whose names are written in another style than those of their file and folder. One finding a file. */
export function judgeExportNames(side: SideFacts): Finding[] {
  // What was moved, or was there under another path, has its name from before.
  const before = new Set(side.files.flatMap(({ old }) => exportsOf(old?.facts.code ?? null).map(({ name }) => name)));
  return side.files.flatMap((file) => {
    const code = file.next?.facts.code ?? null;
    if (code === null || isMatterOfTaste(file.path) || isTest(file.path)) return [];
    // Imported where it is there, and else made up (Python): somebody else has named it.
    const imported = new Set(code.imports.map(({ local }) => local));
    const added = exportsOf(code).filter(({ name }) => !before.has(name) && !imported.has(name));
    const odd = added.length === 0 ? null : firstOdd(added, file, side, code);
    return odd === null ? [] : [finding(side, file, odd)];
  });
}

interface Odd {
  readonly declaration: Declaration;
  readonly style: NameStyle;
  readonly kind: Kind;
  readonly rule: Majority<NameStyle>;
}

function firstOdd(added: readonly Declaration[], file: ChangedFile, side: SideFacts, code: CodeFacts): Odd | null {
  for (const kind of ['functions and values', 'types'] as const) {
    const names = namesBeside(file, side, code, kind);
    const rule = majorityOf(names);
    if (rule === null) continue;
    for (const declaration of added) {
      const style = kindOf(declaration) === kind ? styleOf(declaration.name, kind, code.language) : null;
      if (style === null || style === rule.style || isUsual(names, style)) continue;
      return { declaration, style, kind, rule };
    }
  }
  return null;
}

/** Exports as they were: of the file itself, of those beside it that were read, of those that the side changes there. */
function namesBeside(file: ChangedFile, side: SideFacts, code: CodeFacts, kind: Kind): Map<string, NameStyle> {
  const folder = folderOf(file.path);
  const changed = side.files.filter(({ path }) => folderOf(path) === folder).map(({ old }) => old?.facts.code ?? null);
  const read = [...(side.folders.get(folder)?.files ?? [])].map(([, facts]) => facts.code);
  const names = new Map<string, NameStyle>();
  for (const facts of [...changed, ...read]) {
    if (facts?.language !== code.language) continue;
    for (const { name, ...rest } of exportsOf(facts)) {
      const style = kindOf(rest) === kind ? styleOf(name, kind, code.language) : null;
      if (style !== null) names.set(name, style);
    }
  }
  return names;
}

/** Members belong to what holds them; a framework often names them. */
function exportsOf(code: CodeFacts | null): readonly Declaration[] {
  return (code?.declarations ?? []).filter(({ exported, name }) => exported && !name.includes('.'));
}

function kindOf({ kind }: Pick<Declaration, 'kind'>): Kind | null {
  if (kind === 'function' || kind === 'constant') return 'functions and values';
  return kind === 'class' || kind === 'interface' || kind === 'type' || kind === 'enum' ? 'types' : null;
}

/**
 * null: it fits each style. Values with a capital are components, constructors, aliases of types, or public (Go), and
 * small classes in Python are used as functions: neither says anything of how the others are written.
 */
function styleOf(name: string, kind: Kind, language: Language): NameStyle | null {
  if (/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(name))
    return kind === 'types' && language === 'python' ? null : 'snake_case';
  if (/^[a-z][a-z0-9]*[A-Z][A-Za-z0-9]*$/.test(name)) return 'camelCase';
  return kind === 'types' && /^[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*$/.test(name) ? 'PascalCase' : null;
}

/** Tests are named as sentences and by their frameworks. */
function isTest(path: string): boolean {
  return /(?:^|\/)(?:tests?|__tests__|specs?|e2e|conftest\.py)(?:\/|$)|(?:^|\/)test_[^/]*$|[._-](?:test|spec)s?\.\w+$/i.test(
    path,
  );
}

function finding(side: SideFacts, { path }: ChangedFile, { declaration, style, kind, rule }: Odd): Finding {
  const place = folderOf(path) || 'the top folder';
  return {
    kind: 'convention',
    subject: `${style} name ${declaration.name} in ${path}`,
    message: `${side.ref} names \`${declaration.name}\` in ${path} in ${style}: ${rule.count} of the ${rule.all} exported ${kind} of several words there and beside it in ${endingOf(path)} files are in ${rule.style}, such as \`${rule.example}\`.`,
    files: [path],
    line: declaration.line,
    at: 'a',
    prevention: styleGuide(side.rules, `how ${kind} in ${place} are named`),
  };
}
