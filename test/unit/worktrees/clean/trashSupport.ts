import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveRecord } from '../../../../src/contract/events';
import { findRepository } from '../../../../src/core/git/repository';
import { listWorktrees } from '../../../../src/core/git/worktreeList';
import { defaultSettings, type Log } from '../../../../src/core/ports';
import { openStore, type Store } from '../../../../src/core/store/store';
import { archiveRefName, archiveWorktree } from '../../../../src/core/worktrees/archive/archiveRef';
import type { CleanTarget } from '../../../../src/core/worktrees/state/target';
import { type CleanOptions, cleanWorktree, recoverClean } from '../../../../src/core/worktrees/trash/clean';
import {
  cleanJournalSchema,
  type Recovery,
  restoreJournalSchema,
  type TrashDeps,
} from '../../../../src/core/worktrees/trash/journal';
import { type RestoredWorktree, recoverRestore, restoreWorktree } from '../../../../src/core/worktrees/trash/restore';
import { openGit, runGit } from '../../support/repositories';

export const ref = { plan: 'plan', task: 'api' };

export type TestDeps = TrashDeps & { readonly store: Store; readonly lines: string[] };

/** What a host would pass; `lines` is what was logged. */
export async function trashDeps(cwd: string, worktreeRoot: string | null = null): Promise<TestDeps> {
  const lines: string[] = [];
  const keep = (level: string) => (line: string) => {
    lines.push(`${level}: ${line}`);
  };
  const log: Log = { debug: () => undefined, info: keep('info'), warn: keep('warn'), error: keep('error') };
  const git = openGit(log);
  const layout = await findRepository(git, cwd);
  await mkdir(layout.storeDir, { recursive: true });
  const store = await openStore(layout.storeDir, { log, actor: 'cli' });
  const settings = { ...defaultSettings, worktreeRoot };
  return { git, layout, settings, locks: store.locks, journals: store.journals, log, store, lines };
}

/** The worktree as git lists it now. */
export async function targetOf(deps: TrashDeps, worktree: string): Promise<CleanTarget> {
  const found = (await listWorktrees(deps.git, deps.layout)).find((each) => each.path === worktree);
  if (found?.adminDir == null) throw new Error(`git lists no worktree ${worktree}`);
  return { worktree, adminDir: found.adminDir, head: found.head, branch: found.branch, copied: [], base: null };
}

/** Cleans with a ref that holds HEAD alone: for tests of the trash. */
export async function cleanIt(
  deps: TrashDeps,
  worktree: string,
  o: Partial<Pick<CleanOptions, 'deleteBranch' | 'onDone' | 'signal'>> = {},
): Promise<ArchiveRecord> {
  const target = await targetOf(deps, worktree);
  const id = randomUUID();
  const name = archiveRefName(ref, id);
  const commit = async () => {
    const at = target.head ?? (await runGit(deps.layout.commonDir, 'rev-parse', 'main'));
    await runGit(deps.layout.commonDir, 'update-ref', name, at, '0'.repeat(40));
    return at;
  };
  return await cleanWorktree(deps, {
    ref,
    target,
    archive: { id, ref: name, commit },
    deleteBranch: null,
    onDone: async () => undefined,
    ...o,
  });
}

/** Cleans with both layers, and the branch too where the worktree is on one. */
export async function cleanBothLayers(
  deps: TrashDeps,
  worktree: string,
  o: Partial<Pick<CleanOptions, 'onDone'>> & { copied?: readonly string[] } = {},
): Promise<ArchiveRecord> {
  const target = { ...(await targetOf(deps, worktree)), copied: o.copied ?? [] };
  const id = randomUUID();
  const scratchDir = path.join(deps.layout.storeDir, 'cache');
  const commit = async () => (await archiveWorktree({ ...deps, scratchDir }, target, { id, ref })).commit;
  const { branch, head } = target;
  return await cleanWorktree(deps, {
    ref,
    target,
    archive: { id, ref: archiveRefName(ref, id), commit },
    deleteBranch: branch !== null && head !== null ? { name: branch, tip: head } : null,
    onDone: o.onDone ?? (async () => undefined),
  });
}

export async function restoreIt(deps: TrashDeps, record: ArchiveRecord): Promise<RestoredWorktree> {
  return await restoreWorktree(deps, { ref, record, onDone: async () => undefined });
}

/** What a start does with journals that a killed process left; records come back through `done`. */
export async function recoverAll(
  deps: TestDeps,
  done: { clean?: (record: ArchiveRecord) => void; restore?: (restored: RestoredWorktree) => void } = {},
): Promise<Recovery<unknown>[]> {
  const outcomes: Recovery<unknown>[] = [];
  for (const journal of await deps.store.journals.list('clean', cleanJournalSchema)) {
    if (journal.alive) continue;
    outcomes.push(await recoverClean(deps, journal, { onDone: async (record) => done.clean?.(record) }));
  }
  for (const journal of await deps.store.journals.list('restore', restoreJournalSchema)) {
    if (journal.alive) continue;
    outcomes.push(await recoverRestore(deps, journal, { onDone: async (restored) => done.restore?.(restored) }));
  }
  return outcomes;
}

export function adminDirOf(root: string, id: string): string {
  return path.join(root, '.git', 'worktrees', id);
}
