import type { ChangedFile, Finding, SideFacts, SideJudge } from '../parts';
import { doing, lineOf } from './contract';
import { inScope, isPlanFile } from './inScope';
import { manifestsOf } from './lockFiles';

/** So many files are told one by one: whoever ran a formatter over everything is told so once. */
const most = 20;

/** What a task changed outside its scope. */
export const judgeOwnership: SideJudge = (side) => {
  const { rules } = side;
  if (rules === null || rules.scope === null || rules.scope.length === 0) return [];
  const isIn = inScope(rules.scope);
  const contract = new Set(rules.contract);
  const outside = side.files.filter(
    (file) => !isIn(file.path) && !contract.has(file.path) && !isPlanFile(file.path) && !follows(file, side, isIn),
  );
  // A file that was moved is told once, where it is now.
  const moved = new Set(outside.map(({ movedFrom }) => movedFrom));
  const told = outside.filter(({ path }) => !moved.has(path));
  const first = told.slice(0, most).map((file) => finding(side.ref, file, rules.task, rules.scope ?? []));
  return told.length <= most ? first : [...first, remainder(side.ref, told.slice(most), rules.task)];
};

/** A lock file changes with its manifest: whoever may edit the one may not leave the other as it was. */
function follows({ path }: ChangedFile, { files }: SideFacts, isIn: (path: string) => boolean): boolean {
  const manifests = manifestsOf(path);
  if (manifests === null) return false;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return files.some(
    (file) =>
      file.path.startsWith(folder) &&
      manifests.includes(file.path.slice(file.path.lastIndexOf('/') + 1)) &&
      isIn(file.path),
  );
}

function finding(ref: string, file: ChangedFile, task: string, scope: readonly string[]): Finding {
  const what = file.movedFrom === null ? `${doing(file)} ${file.path}` : `moves ${file.movedFrom} to ${file.path}`;
  return {
    kind: 'ownership',
    subject: file.path,
    message: `${ref} ${what}, outside the scope of its task ${task} (${shown(scope)}).`,
    files: [file.path],
    line: lineOf(file),
    at: 'a',
    prevention: `The task's \`scope\` keeps others' files out: take the change back, or add ${file.path} to the \`scope\` if it belongs to this task alone.`,
  };
}

function remainder(ref: string, files: readonly ChangedFile[], task: string): Finding {
  const paths = files.map(({ path }) => path);
  return {
    kind: 'ownership',
    subject: 'more files outside the scope',
    message: `${ref} changes ${files.length} more ${files.length === 1 ? 'file' : 'files'} outside the scope of its task ${task}, among them ${paths[0]}.`,
    files: paths,
    line: files[0] === undefined ? null : lineOf(files[0]),
    at: 'a',
    prevention:
      "The task's `scope` keeps others' files out: take these changes back, or make them in a task of their own.",
  };
}

function shown(globs: readonly string[]): string {
  return globs.length <= 3 ? globs.join(', ') : `${globs.slice(0, 3).join(', ')} and ${globs.length - 3} more`;
}
