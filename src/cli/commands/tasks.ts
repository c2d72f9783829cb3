import type { TaskRow, TasksJson } from '../../contract/json';
import { type GlobalOptions, openCli } from '../context';
import { exitCodes } from '../exitCodes';
import { print, printable, printJson, table } from '../output';

/** All tasks, after what happened unseen was put on record. */
export async function tasks(global: GlobalOptions, version: string): Promise<number> {
  const { repository, json } = await openCli(global, version);
  await repository.tasks.reconcile();
  const rows = await repository.tasks.rows();
  if (json) await printJson({ tasks: rows } satisfies TasksJson);
  else
    await print(
      rows.length === 0
        ? 'No tasks yet: begin with "switchyard spin" or "switchyard plan new".\n'
        : table(rows.map(cells)),
    );
  return exitCodes.done;
}

function cells(row: TaskRow): string[] {
  const conditions = row.conditions.map(({ kind, reason }) => `${kind} (${reason})`).join(', ');
  const changed = row.changedFiles === null ? '' : `${row.changedFiles} files`;
  const what = [row.state, conditions].filter((text) => text !== '').join(': ');
  return [`${row.plan}/${row.task}`, what, row.agent.name, changed, row.next, row.title].map(printable);
}
