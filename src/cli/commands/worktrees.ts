import type { WorktreeRow, WorktreesJson } from '../../contract/json';
import { type GlobalOptions, openCli } from '../context';
import { exitCodes } from '../exitCodes';
import { print, printable, printJson, table } from '../output';

/** Everything that git lists, with the tasks they belong to. */
export async function worktrees(global: GlobalOptions, version: string): Promise<number> {
  const { repository, json } = await openCli(global, version);
  await repository.tasks.reconcile();
  const snapshot = await repository.tasks.snapshot();
  if (json) await printJson({ worktrees: snapshot.worktrees } satisfies WorktreesJson);
  else await print(table(snapshot.worktrees.map(cells)));
  return exitCodes.done;
}

function cells(row: WorktreeRow): string[] {
  const owner = row.plan === null ? (row.main ? 'main' : '') : `${row.plan}/${row.task}`;
  const marks = [row.dirty === true ? 'changed' : '', row.locked ?? '', row.prunable ?? ''].filter(
    (mark) => mark !== '',
  );
  return [row.path, row.branch ?? (row.bare ? 'bare' : 'detached'), owner, marks.join(', ')].map(printable);
}
