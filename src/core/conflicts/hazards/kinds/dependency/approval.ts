import picomatch from 'picomatch';
import type { RequiredPackage } from '../../facts';
import type { Finding, SideFacts } from '../../parts';
import { dependenciesOf, isOwn, type ManifestChange } from './changes';
import { type Ecosystem, meet } from './versions';

/**
 * Packages that a task adds and its plan has not approved, or not in that range. What another of the changed manifests
 * had before is known to the project; what comes along with others (`// indirect`) was not chosen.
 * @param approved as in the plan: `zod`, `zod@^4`, `@scope/*`
 */
export function notApproved(side: SideFacts, approved: readonly string[]): Finding[] {
  const { manifests } = dependenciesOf(side, null);
  const known = new Set(
    manifests.flatMap(({ ecosystem, old }) => (old?.packages ?? []).map(({ name }) => `${ecosystem} ${name}`)),
  );
  const entries = approved.map(entryOf);
  const findings = new Map<string, Finding>();
  for (const manifest of manifests) {
    for (const one of manifest.added) {
      const isNew = !known.has(`${manifest.ecosystem} ${one.name}`) && one.section !== 'indirect' && !isOwn(one);
      const why = isNew ? refused(manifest.ecosystem, one, entries) : null;
      const subject = `approval ${manifest.ecosystem} ${one.name}`;
      if (why !== null && !findings.has(subject)) findings.set(subject, found(side, { manifest, one, why, subject }));
    }
  }
  return [...findings.values()];
}

interface Approved {
  readonly text: string;
  readonly name: (name: string) => boolean;
  readonly range: string;
}

/** A name, with a range after `@` or, as Python has it, after an operator. */
function entryOf(text: string): Approved {
  const { name = text, range = '' } =
    /^(?<name>@?[^@\s<>=~^!]+)(?:@|\s*(?=[<>=~^!])|\s+)?(?<range>.*)$/.exec(text.trim())?.groups ?? {};
  const wanted = name.includes('*') ? picomatch(name) : (other: string) => plain(other) === plain(name);
  // Of Maven's coordinates, the artifact alone may be named; types come with the package they are for.
  const fits = (other: string) => wanted(other) || wanted(other.replace(/^[^:/]+:/, '')) || wanted(typed(other));
  return { text, name: fits, range: range.trim() };
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** `@types/a` is for `a`, `@types/b__c` for `@b/c`. */
function typed(name: string): string {
  const own = /^@types\/(?:(?<scope>[^_]+(?:_[^_]+)*)__)?(?<name>.+)$/.exec(name)?.groups;
  if (own === undefined) return name;
  return own.scope === undefined ? `${own.name}` : `@${own.scope}/${own.name}`;
}

/** Why a package is not approved; null: it is. */
function refused(ecosystem: Ecosystem, one: RequiredPackage, entries: readonly Approved[]): string | null {
  const named = entries.filter(({ name }) => name(one.name));
  if (named.length === 0) return 'which the plan has not approved';
  // Types have versions of their own kind; a range that cannot be read is not held against anybody.
  const fits = named.some(
    ({ range }) => range === '' || one.name.startsWith('@types/') || meet(ecosystem, one.range, range) !== false,
  );
  return fits ? null : `while the plan has approved ${named.map(({ text }) => text).join(', ')}`;
}

function found(
  side: SideFacts,
  { manifest, one, why, subject }: { manifest: ManifestChange; one: RequiredPackage; why: string; subject: string },
): Finding {
  const range = one.range === '' ? '' : ` ${one.range}`;
  return {
    kind: 'dependency',
    subject,
    message: `${side.ref} adds ${one.name}${range} to ${manifest.path}, ${why}.`,
    files: [manifest.path],
    line: one.line,
    at: 'a',
    prevention: `\`approvedDependencies\` in the plan lists what may be added: approve ${one.name} there, or use what is approved.`,
  };
}
