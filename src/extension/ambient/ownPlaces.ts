import path from 'node:path';
import type * as vscode from 'vscode';
import { realpathOr } from '../folders';
import type { OwnFolder, RepositorySession } from '../sessions/repositorySession';

/** A folder of this window in a worktree of a repository. */
export interface OwnPlace {
  readonly session: RepositorySession;
  readonly folder: vscode.WorkspaceFolder;
  /** Real path of the worktree. */
  readonly worktree: string;
  /** Where the folder lies in it: `''` for its top, else ending in `/`. */
  readonly prefix: string;
}

/** Where the files of a session's worktrees are in this window: its folders may be reached through links. */
export async function placesOf(session: RepositorySession): Promise<OwnPlace[]> {
  const places = await Promise.all(session.folders.map((own) => placeOf(session, own)));
  return places.filter((place) => place !== null);
}

async function placeOf(session: RepositorySession, { folder, worktree }: OwnFolder): Promise<OwnPlace | null> {
  if (worktree === null) return null;
  const inside = path.relative(worktree, await realpathOr(folder.uri.fsPath));
  if (inside.startsWith('..') || path.isAbsolute(inside)) return null;
  const prefix = inside === '' ? '' : `${inside.split(path.sep).join('/')}/`;
  return { session, folder, worktree, prefix };
}

/** The path of a file relative to the worktree, with `/`; null: it does not lie in this folder. */
export function pathIn({ folder, prefix }: Pick<OwnPlace, 'folder' | 'prefix'>, uri: vscode.Uri): string | null {
  const top = folder.uri;
  if (uri.scheme !== top.scheme || uri.authority !== top.authority) return null;
  const start = top.path.endsWith('/') ? top.path : `${top.path}/`;
  return uri.path.startsWith(start) ? prefix + uri.path.slice(start.length) : null;
}
