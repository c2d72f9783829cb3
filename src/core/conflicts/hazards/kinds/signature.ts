import type { Import } from '../facts';
import type { Finding, PairJudge, SideFacts } from '../parts';
import { type Broken, brokenBy, exportedAs } from './code/broken';
import { type Complaint, complaintOf, takerComplaint } from './code/complaints';
import { folderOf } from './code/modules';
import { type Meaning, type NewUse, newUsesBy } from './code/newUses';
import { canShare, codeOf, declaredIn, type ModuleChange, moduleId } from './code/sideCode';
import { takersBy } from './code/takers';

/** One changed or removed what others use, and the other newly uses it the old way. */
export const judgeSignatures: PairJudge = (a, b) => [...heldAgainst(a, b, 'b'), ...heldAgainst(b, a, 'a')];

/** What `changer` broke and `user` newly uses. @param at which of the pair `user` is */
function heldAgainst(changer: SideFacts, user: SideFacts, at: Finding['at']): Finding[] {
  const [broken, takers] = [brokenBy(changer), takersBy(changer)];
  if (broken.size + takers.size === 0) return [];
  const found = new Map<string, { finding: Finding; use: NewUse }>();
  for (const [last, uses] of newUsesBy(user)) {
    const things = [
      ...(broken.get(last) ?? []).map((thing) => ({ thing, complaint: (use: NewUse) => complaintOf(thing, use) })),
      ...(takers.get(last) ?? []).map((thing) => ({ thing, complaint: (use: NewUse) => takerComplaint(thing, use) })),
    ];
    for (const { thing, complaint } of things) {
      for (const use of uses) {
        if (!isMeant(changer, user, thing, use)) continue;
        const complained = complaint(use);
        if (complained === null) continue;
        const finding = findingOf(changer, user, at, { thing, use, complaint: complained });
        const other = found.get(finding.subject);
        // A use says more than the import that it needs.
        if (other === undefined || (other.use.isImport && !use.isImport)) found.set(finding.subject, { finding, use });
      }
    }
  }
  return [...found.values()].map(({ finding }) => finding);
}

function findingOf(
  changer: SideFacts,
  user: SideFacts,
  at: Finding['at'],
  o: { readonly thing: Thing; readonly use: NewUse; readonly complaint: Complaint },
): Finding {
  const [path, where] = [o.thing.path, o.use.file.path];
  return {
    kind: 'signature',
    subject: `${path}: ${o.thing.name} in ${where}`,
    message: `${changer.ref} ${o.complaint.did} ${user.ref} ${o.complaint.uses} in ${where}.`,
    files: where === path ? [where] : [where, path],
    line: o.use.line,
    at,
    prevention: `\`contract: [${path}]\` in the plan keeps what others build on as it is while they work.`,
  };
}

type Thing = Pick<Broken, 'module' | 'path' | 'name'> & { readonly exported?: boolean };

function isMeant(changer: SideFacts, user: SideFacts, thing: Thing, use: NewUse): boolean {
  if (!canShare(thing.module.language, use.file.language)) return false;
  const meaning = use.meanings.find(({ name, reach }) => name === thing.name && reach(thing.module.key) !== null);
  if (meaning === undefined || !isReached(changer, thing, use, meaning)) return false;
  return !isKnownTo(user, thing) && !hasAlready(changer, use) && !isTakenElsewhere(changer, use, meaning);
}

/** The changer made the file of the use take the name from elsewhere: merged, that is what the use means. */
function isTakenElsewhere(changer: SideFacts, { file }: NewUse, { imported }: Meaning): boolean {
  const theirs = codeOf(changer).byPath.get(file.path)?.next;
  if (imported === null || theirs == null) return false;
  const isSame = (one: Import) => one.from === imported.from && one.name === imported.name;
  if (!file.old?.imports.some(isSame) || theirs.imports.some(isSame)) return false;
  const { local } = imported;
  return theirs.imports.some((one) => one.local === local) || theirs.declarations.some(({ name }) => name === local);
}

function isReached(changer: SideFacts, thing: Thing, use: NewUse, { reach, guessed }: Meaning): boolean {
  const { module, exported = true, name } = thing;
  if (!exported && use.file.path !== thing.path && !isOfPackage(thing, use)) return false;
  if (reach(module.key) === 'here') return true;
  if (guessed || !exported) return false;
  // An index hands it on: what stands under that name now may come from elsewhere.
  const code = codeOf(changer);
  return ![...code.modules.values()].some((other) => {
    if (other === module || reach(other.key) === null || other.after.length === 0) return false;
    if (reach(other.key) === 'here') return exportedAs(code, other, name)?.length !== 0;
    return declaredIn(other.after, name).length > 0 && declaredIn(other.before, name).length === 0;
  });
}

/** Go and Java let a package's own files use everything. */
function isOfPackage({ path, module }: Thing, { file }: NewUse): boolean {
  return (module.language === 'go' || module.language === 'java') && folderOf(path) === folderOf(file.path);
}

/** The user changed it as well, or declares it anew: what the new use was written for is not what was there. */
function isKnownTo(user: SideFacts, { module, name }: Thing): boolean {
  const own: ModuleChange | undefined = codeOf(user).modules.get(moduleId(module.language, module.key));
  if (own === undefined) return false;
  const had = declaredIn(own.before, name);
  const has = declaredIn(own.after, name);
  const signatures = (all: typeof had) => all.map(({ signature }) => signature).join('\n');
  return signatures(had) !== signatures(has);
}

/** The same file lies on both sides: one is stacked on the other. */
function hasAlready(changer: SideFacts, { file }: NewUse): boolean {
  const theirs = codeOf(changer).byPath.get(file.path)?.file;
  return theirs !== undefined && theirs.next?.blob === file.file.next?.blob;
}
