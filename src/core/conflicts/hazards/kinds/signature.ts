import type { Finding, PairJudge, SideFacts } from '../parts';
import { type Broken, brokenBy, exportedAs } from './code/broken';
import { complaintOf } from './code/complaints';
import { folderOf } from './code/modules';
import { type Meaning, type NewUse, newUsesBy } from './code/newUses';
import { canShare, codeOf, declaredIn, type ModuleChange, moduleId } from './code/sideCode';

/** One changed or removed what others use, and the other newly uses it the old way. */
export const judgeSignatures: PairJudge = (a, b) => [...heldAgainst(a, b, 'b'), ...heldAgainst(b, a, 'a')];

/** What `changer` broke and `user` newly uses. @param at which of the pair `user` is */
function heldAgainst(changer: SideFacts, user: SideFacts, at: Finding['at']): Finding[] {
  const broken = brokenBy(changer);
  const found = new Map<string, { finding: Finding; use: NewUse }>();
  for (const [last, uses] of newUsesBy(user)) {
    for (const thing of broken.get(last) ?? []) {
      for (const use of uses) {
        const finding = judge(changer, user, at, thing, use);
        if (finding === null) continue;
        const key = `${finding.subject}\n${use.file.path}`;
        const other = found.get(key);
        // A use says more than the import that it needs.
        if (other === undefined || (other.use.isImport && !use.isImport)) found.set(key, { finding, use });
      }
    }
  }
  return [...found.values()].map(({ finding }) => finding);
}

function judge(changer: SideFacts, user: SideFacts, at: Finding['at'], broken: Broken, use: NewUse): Finding | null {
  if (!canShare(broken.module.language, use.file.language)) return null;
  const meaning = use.meanings.find(({ name, reach }) => name === broken.name && reach(broken.module.key) !== null);
  if (meaning === undefined || !isMeant(changer, broken, use, meaning)) return null;
  if (isKnownTo(user, broken) || hasAlready(changer, use)) return null;
  const complaint = complaintOf(broken, use);
  if (complaint === null) return null;
  const where = use.file.path;
  return {
    kind: 'signature',
    subject: `${broken.path}: ${broken.name} in ${where}`,
    message: `${changer.ref} ${complaint.did} ${user.ref} ${complaint.uses} in ${where}.`,
    files: where === broken.path ? [where] : [where, broken.path],
    line: use.line,
    at,
    prevention: `\`contract: [${broken.path}]\` in the plan keeps what others build on as it is while they work.`,
  };
}

function isMeant(changer: SideFacts, broken: Broken, use: NewUse, { reach, guessed }: Meaning): boolean {
  const { module, exported, name } = broken;
  if (!exported && use.file.path !== broken.path && !isOfPackage(broken, use)) return false;
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
function isOfPackage({ path, module }: Broken, { file }: NewUse): boolean {
  return (module.language === 'go' || module.language === 'java') && folderOf(path) === folderOf(file.path);
}

/** The user changed it as well, or declares it anew: what the new use was written for is not what was there. */
function isKnownTo(user: SideFacts, { module, name, before }: Broken): boolean {
  const own: ModuleChange | undefined = codeOf(user).modules.get(moduleId(module.language, module.key));
  if (own === undefined) return false;
  const had = declaredIn(own.before, name);
  const has = declaredIn(own.after, name);
  const signatures = (all: typeof before) => all.map(({ signature }) => signature).join('\n');
  return signatures(had) !== signatures(has);
}

/** The same file lies on both sides: one is stacked on the other. */
function hasAlready(changer: SideFacts, { file }: NewUse): boolean {
  return changer.files.some(({ path, next }) => path === file.path && next?.blob === file.file.next?.blob);
}
