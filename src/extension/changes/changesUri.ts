import * as vscode from 'vscode';
import { changesScheme } from '../contributions';

/** One side of one file in a comparison. */
export interface ChangesSide {
  /** Real path of the worktree. */
  readonly worktree: string;
  /** Full id; null: the file as it is on disk now. */
  readonly commit: string | null;
  /** Relative to the worktree's top, with `/`. */
  readonly path: string;
}

export function changesUri(side: ChangesSide): vscode.Uri {
  const query = JSON.stringify({ worktree: side.worktree, commit: side.commit });
  return vscode.Uri.from({ scheme: changesScheme, path: `/${side.path}`, query });
}

/** Null for what is none of ours. A path that would leave the worktree is none of ours either. */
export function parseChangesUri(uri: vscode.Uri): ChangesSide | null {
  if (uri.scheme !== changesScheme) return null;
  try {
    const { worktree, commit } = JSON.parse(uri.query) as { worktree: unknown; commit: unknown };
    const path = uri.path.replace(/^\//, '');
    if (typeof worktree !== 'string' || path.split('/').includes('..')) return null;
    return { worktree, commit: typeof commit === 'string' ? commit : null, path };
  } catch {
    // Typed by hand, or from another version of ours.
    return null;
  }
}
