import type { PlanCheckJson } from '../../contract/json';
import { createPlan } from '../../core/plan/createFiles';
import { checkRepositoryPlan } from '../../core/tasks/planCheck';
import { type GlobalOptions, openCli } from '../context';
import { exitCodes } from '../exitCodes';
import { print, printable, printJson } from '../output';

/** What is wrong in a plan; with `--exit-code` problems are the answer "no". */
export async function check(
  id: string,
  flags: { readonly exitCode?: boolean },
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const { repository, json } = await openCli(global, version);
  const found = await checkRepositoryPlan(repository.context, id);
  if (json) await printJson(found satisfies PlanCheckJson);
  else {
    const problems = found.problems.map(
      (p) => `${p.file}:${p.line}:${p.column}: ${p.severity}: ${printable(p.message)}\n`,
    );
    const waves = found.waves.map((wave, i) => `wave ${i + 1}: ${wave.join(', ')}\n`);
    await print([...problems, ...waves, `merge order: ${found.mergeOrder.join(', ')}\n`].join(''));
  }
  return flags.exitCode === true && !found.ok ? exitCodes.no : exitCodes.done;
}

/** A new plan of its own folder. */
export async function create(
  id: string,
  flags: { readonly title?: string },
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const { repository, json } = await openCli(global, version);
  const made = await createPlan(repository.layout, { id, title: flags.title ?? id, git: repository.git });
  if (json) await printJson({ plan: made.id, file: made.file });
  else await print(`${made.file}\n`);
  return exitCodes.done;
}
