import { adopt } from './adopt';
import { clean } from './clean';
import { cleanIntegrated } from './cleanIntegrated';
import type { TaskContext } from './context';
import { forget } from './forget';
import { restore } from './restore';
import { syncAll, syncTask } from './sync';
import { syncBase } from './syncBase';
import type { Tasks } from './tasks';
import { deleteArchives, trashList } from './trash';

type Upkeep = Pick<
  Tasks,
  | 'sync'
  | 'syncAll'
  | 'syncBase'
  | 'forget'
  | 'clean'
  | 'cleanIntegrated'
  | 'restore'
  | 'trash'
  | 'deleteArchives'
  | 'adopt'
>;

/** What is done to worktrees that are there, or were. */
export function createUpkeep(context: TaskContext): Upkeep {
  return {
    sync: (ref, o) => syncTask(context, ref, o),
    syncAll: (o) => syncAll(context, o),
    syncBase: (o) => syncBase(context, o),
    forget: (ref) => forget(context, ref),
    clean: (ref, o) => clean(context, ref, o),
    cleanIntegrated: (o) => cleanIntegrated(context, o),
    restore: (ref, o) => restore(context, ref, o),
    trash: (o) => trashList(context, o),
    deleteArchives: (ids) => deleteArchives(context, ids),
    adopt: (what, o) => adopt(context, what, o),
  };
}
