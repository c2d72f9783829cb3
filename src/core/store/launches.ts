import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LaunchMode } from '../../contract/events';
import type { LaunchFile } from '../../contract/files';
import type { StoreContext } from './context';
import { errorText, isMissing, StoreError } from './errors';
import { createExclusive, parseJson, readIfThere } from './files';
import { checkFileName, comparablePath, isFileName, streamName } from './names';
import { claimSchema, launchSchema } from './schemas';

/** A launch that nobody claimed for this long lapses. */
export const launchLapseMs = 120_000;

export interface SeenLaunch {
  readonly file: LaunchFile;
  readonly claimed: boolean;
  readonly lapsed: boolean;
}

/** Requests to start or show an agent, each claimed by exactly one window. */
export interface Launches {
  /** @throws StoreError `bad-name`, `failed` */
  request(l: { plan: string; task: string; worktree: string; mode: LaunchMode }): Promise<LaunchFile>;
  /** Neither claimed nor lapsed, for this worktree (compared by real path), oldest first. */
  pendingFor(worktree: string): Promise<LaunchFile[]>;
  /** True for exactly one of all who ask; false when it lapsed, is claimed or unknown. */
  claim(id: string): Promise<boolean>;
  /** Oldest first. */
  list(): Promise<SeenLaunch[]>;
  /** Lets unclaimed launches lapse for good; each is returned by one process only. */
  lapseOlderThan(ms: number): Promise<LaunchFile[]>;
}

export function createLaunches(context: StoreContext): Launches {
  const dir = join(context.dir, 'launch');
  const locks = join(context.dir, 'locks');
  const ageOf = (file: LaunchFile) => context.now().getTime() - Date.parse(file.at);

  async function readLaunch(id: string): Promise<LaunchFile | null> {
    const path = join(dir, `${id}.json`);
    try {
      const content = await readIfThere(path);
      if (content === null) return null;
      const parsed = parseJson(content, launchSchema);
      if (parsed.ok && parsed.value.id === id && !Number.isNaN(Date.parse(parsed.value.at))) return parsed.value;
      const message = parsed.ok ? 'The launch does not agree with its file name.' : parsed.message;
      context.report({ file: path, line: null, reason: parsed.ok ? 'wrong-shape' : parsed.reason, message });
    } catch (error) {
      context.report({ file: path, line: null, reason: 'unreadable', message: errorText(error) });
    }
    return null;
  }

  async function readClaim(id: string): Promise<{ lapsed: boolean } | null> {
    try {
      const content = await readIfThere(join(dir, `${id}.claimed`));
      if (content === null) return null;
      const parsed = parseJson(content, claimSchema);
      // Whatever it says, the name is given: nobody may start a second agent.
      return { lapsed: parsed.ok && parsed.value.lapsed };
    } catch (error) {
      context.report({ file: join(dir, `${id}.claimed`), line: null, reason: 'unreadable', message: errorText(error) });
      return { lapsed: false };
    }
  }

  /** Claiming and lapsing are the same marker, so that a launch never does both. */
  async function mark(id: string, lapsed: boolean): Promise<boolean> {
    const claim = { v: 1, pid: process.pid, at: context.now().toISOString(), lapsed };
    const won = await createExclusive(join(dir, `${id}.claimed`), JSON.stringify(claim), locks);
    if (won) context.touched('launch', `${id}.claimed`);
    return won;
  }

  async function list(): Promise<SeenLaunch[]> {
    let names: string[];
    try {
      names = await readdir(dir);
    } catch (error) {
      if (isMissing(error)) return [];
      throw new StoreError('failed', `The launches cannot be listed: ${errorText(error)}.`, {
        file: dir,
        cause: error,
      });
    }
    const ids = names.filter((name) => name.endsWith('.json') && isFileName(name)).map((name) => name.slice(0, -5));
    const seen = await Promise.all(
      ids.map(async (id): Promise<SeenLaunch | null> => {
        const file = await readLaunch(id);
        if (file === null) return null;
        const claim = await readClaim(id);
        const lapsed = claim === null ? ageOf(file) > launchLapseMs : claim.lapsed;
        return { file, claimed: claim !== null && !claim.lapsed, lapsed };
      }),
    );
    return seen.filter((launch) => launch !== null).sort((a, b) => (a.file.at < b.file.at ? -1 : 1));
  }

  return {
    list,
    async request(l) {
      streamName(l); // both ids come from files and arguments
      const at = context.now();
      const id = `${at.getTime().toString(36)}-${randomBytes(6).toString('hex')}`;
      const file: LaunchFile = {
        v: 1,
        id,
        plan: l.plan,
        task: l.task,
        worktree: l.worktree,
        mode: l.mode,
        at: at.toISOString(),
      };
      if (!(await createExclusive(join(dir, `${id}.json`), `${JSON.stringify(file)}\n`, locks))) {
        throw new StoreError('failed', `The launch ${id} exists already; try again.`);
      }
      context.touched('launch', `${id}.json`);
      return file;
    },
    async pendingFor(worktree) {
      const wanted = await comparablePath(worktree);
      const pending: LaunchFile[] = [];
      for (const { file, claimed, lapsed } of await list()) {
        if (!claimed && !lapsed && (await comparablePath(file.worktree)) === wanted) pending.push(file);
      }
      return pending;
    },
    async claim(id) {
      const file = await readLaunch(checkFileName(id));
      if (file === null || ageOf(file) > launchLapseMs) return false;
      return await mark(id, false);
    },
    async lapseOlderThan(ms) {
      const lapsed: LaunchFile[] = [];
      for (const { file, claimed } of await list()) {
        if (!claimed && ageOf(file) > ms && (await mark(file.id, true))) lapsed.push(file);
      }
      return lapsed;
    },
  };
}
