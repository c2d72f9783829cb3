import type { ChangedFile, Finding, SideJudge } from '../parts';
import { isPlanFile } from './inScope';

/** A file that all tasks of the plan code against, and nobody may edit, is another one here. */
export const judgeContract: SideJudge = ({ ref, files, rules }) => {
  if (rules === null || rules.contract.length === 0) return [];
  const contract = new Set(rules.contract);
  const touched = files.filter(({ path }) => contract.has(path) && !isPlanFile(path));
  return touched.map(
    (file): Finding => ({
      kind: 'contract',
      subject: file.path,
      message: `${ref} ${doing(file)} the contract ${file.path} of the plan "${rules.plan}", which every other task codes against as it was.`,
      files: [file.path],
      line: lineOf(file),
      at: 'a',
      prevention: `The plan's \`contract\` names ${file.path} as a file that nobody edits: take the change back, make it on the base first, and bring every task onto that.`,
    }),
  );
};

/** What is done to a file, as a verb. */
export function doing({ old, next }: ChangedFile): string {
  if (next === null) return 'deletes';
  return old === null ? 'adds' : 'changes';
}

/** Where a finding about a whole file points; null: it is not there any more. */
export function lineOf({ next, lines }: ChangedFile): number | null {
  return next === null ? null : (lines?.first ?? 1);
}
