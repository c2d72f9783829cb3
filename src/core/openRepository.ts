import type { ChecklistJson } from '../contract/checklist';
import type { Problem, TaskRef } from '../contract/plan';
import type { MatrixState } from './conflicts/parts';
import { createGit, type Git } from './git/git';
import { findRepository, type RepositoryLayout, rememberMainWorktree } from './git/repository';
import type { ChecklistAnswer } from './integrate/checklist';
import type { Plan } from './plan/plan';
import { readPlan, readPlans } from './plan/readPlans';
import type { Host, Settings } from './ports';
import { openStore, type Store } from './store/store';
import type { ConflictTools } from './tasks/conflicts/tools';
import type { TaskContext } from './tasks/context';
import { TextKeeper } from './tasks/keepTexts';
import { createTasks, type Tasks } from './tasks/tasks';

/** One repository with all its rooms: what both hosts work with. */
export interface Repository {
  readonly layout: RepositoryLayout;
  readonly host: Host;
  readonly git: Git;
  readonly store: Store;
  readonly tasks: Tasks;
  /** For the rooms that are composed outside, such as the `Monitor`. */
  readonly context: TaskContext;
  settings(): Settings;
  /** What looking at conflicts needs, made at the first call; later calls share what it keeps. */
  conflicts(): Promise<ConflictTools>;
  /** All plans as they are on disk now; every text read is kept in the store. */
  plans(): Promise<{ readonly plans: readonly Plan[]; readonly problems: readonly Problem[] }>;
  plan(id: string): Promise<Plan | null>;
  /**
   * A plan's integration checklist.
   * @param state the matrix as it is known, ages applied; null: nobody has computed one yet; absent: computed now
   * @throws ChecklistError `no-plan`; GitError, StoreError
   */
  checklist(plan: string, state?: Pick<MatrixState, 'json'> | null): Promise<ChecklistJson>;
  /** Those of all plans that have tasks, read once; as `checklist`. @throws GitError, StoreError */
  checklists(state: Pick<MatrixState, 'json'> | null): Promise<readonly ChecklistJson[]>;
  /**
   * Puts a human's answer on record, about the commits of the checklist that they saw.
   * @throws ChecklistError, StoreError
   */
  answerChecklist(shown: ChecklistJson, answer: ChecklistAnswer): Promise<void>;
  dispose(): void;
}

/**
 * Finds the repository of a folder and opens its store.
 * @throws GitError `no-git`, `too-old`, `no-repository`, `dubious-ownership`; StoreError when the store cannot be made
 */
export async function openRepository(cwd: string, host: Host): Promise<Repository> {
  const git = createGit({ gitPath: host.settings().gitPath, env: host.env, log: host.log });
  const layout = await findRepository(git, cwd);
  const store = await openStore(layout.storeDir, { log: host.log, actor: host.actor });
  await rememberMainWorktree(layout);
  return compose({ git, layout, store, host });
}

function compose(parts: { git: Git; layout: RepositoryLayout; store: Store; host: Host }): Repository {
  const { git, layout, store, host } = parts;
  const keeper = new TextKeeper(store, host.log);
  const plans = async () => {
    const read = await readPlans(layout.plansDir, { onText: keeper.note });
    await keeper.keep();
    return read;
  };
  const plan = async (id: string) => {
    const read = await readPlan(layout.plansDir, id, { onText: keeper.note });
    await keeper.keep();
    return read;
  };
  const context: TaskContext = { host, git, layout, store, plans: async () => (await plans()).plans, plan };
  let tools: Promise<ConflictTools> | null = null;
  const conflicts = () => {
    tools ??= import('./tasks/conflicts/tools')
      .then(({ openConflictTools }) => openConflictTools(context))
      .catch((error: unknown) => {
        // What failed for a passing reason is tried again at the next use.
        tools = null;
        throw error;
      });
    return tools;
  };
  const conflictsNow = async () => {
    const { readConflicts } = await import('./tasks/conflicts/readConflicts');
    return readConflicts(context, { tools: await conflicts() });
  };
  return {
    layout,
    host,
    git,
    store,
    context,
    tasks: createTasks(context),
    settings: () => host.settings(),
    conflicts,
    plans,
    plan,
    async checklist(id, state) {
      const { readChecklist } = await import('./integrate/readChecklists');
      return readChecklist(context, id, state === undefined ? await conflictsNow() : state);
    },
    async checklists(state) {
      return (await import('./integrate/readChecklists')).readChecklists(context, state);
    },
    async answerChecklist(shown, answer) {
      const { answerChecklist } = await import('./integrate/answerChecklist');
      await answerChecklist(context, shown, answer);
    },
    dispose() {
      void tools?.then(({ hazards }) => hazards.dispose()).catch(() => undefined); // what was not made holds nothing
      store.dispose();
    },
  };
}

/** `plan/task` as people write it; null when it is not of that form. */
export function parseRef(text: string): TaskRef | null {
  const match = /^([^/]+)\/([^/]+)$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined ? null : { plan: match[1], task: match[2] };
}
