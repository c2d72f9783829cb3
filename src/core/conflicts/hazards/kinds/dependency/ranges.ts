import type { RequiredPackage } from '../../facts';
import type { Finding, SideFacts } from '../../parts';
import type { Dependencies, ManifestChange } from './changes';
import { isOwn } from './changes';
import { type Placed, together } from './together';
import { meet } from './versions';

/** A package as a side has set it. */
interface Demand extends RequiredPackage {
  /** null: it was not there. */
  readonly before: string | null;
  readonly manifest: ManifestChange;
}

const prevention = '`approvedDependencies` in the plan with one range for each package keeps all tasks to it.';

/**
 * One package that both sides set, in different places, to ranges that no version is in. Where the two places disagreed
 * before, they may go on doing so.
 */
export function apart(a: SideFacts, b: SideFacts, ours: Dependencies, theirs: Dependencies): Finding[] {
  const byName = new Map<string, Demand[]>();
  for (const other of setBy(theirs)) byName.set(nameOf(other), [...(byName.get(nameOf(other)) ?? []), other]);
  const findings = new Map<string, Finding>();
  for (const one of setBy(ours)) {
    const other = (byName.get(nameOf(one)) ?? []).find((found) => disagree({ one, ours }, { other: found, theirs }));
    if (other === undefined || findings.has(nameOf(one))) continue;
    findings.set(nameOf(one), {
      kind: 'dependency',
      subject: `ranges of ${one.manifest.ecosystem} ${one.name}`,
      message: `${said(a, one)} and ${said(b, other)}: no version of ${one.name} is in both ranges.`,
      files: one.manifest.path === other.manifest.path ? [one.manifest.path] : [one.manifest.path, other.manifest.path],
      line: one.line,
      at: 'a',
      prevention,
    });
  }
  return [...findings.values()];
}

/**
 * One package that both add to one section of one file at different places: git keeps both lines. A TOML file in which a
 * key is there twice cannot be read; in others, one of two ranges wins without a word.
 */
export function twice(a: SideFacts, b: SideFacts, ours: Dependencies, theirs: Dependencies): Finding[] {
  const others = new Map(theirs.manifests.map((manifest) => [manifest.path, manifest]));
  return ours.manifests.flatMap((manifest) => {
    const there = others.get(manifest.path);
    return manifest.added.flatMap((one): Finding[] => {
      const other = there?.added.find(({ name, section }) => name === one.name && section === one.section);
      if (there === undefined || other === undefined || neighbour(manifest, one) === neighbour(there, other)) return [];
      const isToml = manifest.path.endsWith('.toml') && !listedInToml(manifest);
      if (!isToml && one.range === other.range) return [];
      const breaks = isToml
        ? 'and a TOML file with one key twice cannot be read'
        : 'and one of the two wins without a word';
      return [
        {
          kind: 'dependency',
          subject: `twice ${manifest.path} ${one.name}`,
          message: `${a.ref} and ${b.ref} both add ${one.name} to ${one.section} of ${manifest.path}, at different places: the merge keeps both lines, ${breaks}.`,
          files: [manifest.path],
          line: one.line,
          at: 'a',
          prevention,
        },
      ];
    });
  });
}

/** PEP 621 has lists, in which one thing may stand twice. */
function listedInToml({ ecosystem }: ManifestChange): boolean {
  return ecosystem === 'python';
}

/** The package before it that was there already: lines added after the same one meet. */
function neighbour({ old, next }: ManifestChange, one: RequiredPackage): string | null {
  const known = new Set(old?.packages.map(({ section, name }) => `${section} ${name}`));
  const before = (next?.packages ?? []).filter(({ section, line, name }) => {
    return section === one.section && line < one.line && known.has(`${section} ${name}`);
  });
  return before.at(-1)?.name ?? null;
}

function setBy({ manifests }: Dependencies): Demand[] {
  return manifests.flatMap((manifest) => [
    ...manifest.added.map((one) => ({ ...one, before: null, manifest })),
    ...manifest.changed.map((one) => ({ ...one, manifest })),
  ]);
}

function disagree(
  { one, ours }: { one: Demand; ours: Dependencies },
  { other, theirs }: { other: Demand; theirs: Dependencies },
): boolean {
  const { ecosystem } = one.manifest;
  if (isOwn(one) || isOwn(other) || one.range === other.range) return false;
  if (one.manifest.path === other.manifest.path && one.section === other.section) return false;
  const [left, right]: [Placed, Placed] = [
    { manifest: one.manifest, side: ours },
    { manifest: other.manifest, side: theirs },
  ];
  if (!together(left, right) || meet(ecosystem, one.range, other.range) !== false) return false;
  return one.before === null || other.before === null || meet(ecosystem, one.before, other.before) !== false;
}

function nameOf({ manifest, name }: Demand): string {
  return `${manifest.ecosystem} ${name}`;
}

function said({ ref }: SideFacts, { before, name, range, section, manifest }: Demand): string {
  const where = section === 'overrides' ? `the overrides of ${manifest.path}` : manifest.path;
  return before === null ? `${ref} adds ${name} ${range} to ${where}` : `${ref} sets ${name} to ${range} in ${where}`;
}
