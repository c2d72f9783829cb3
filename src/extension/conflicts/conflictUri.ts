import * as vscode from 'vscode';
import { conflictScheme } from '../contributions';
import { oneLine } from '../words';

/** A file on the disk of which a document shows a state. */
export interface LiveFile {
  /** Real path. */
  readonly worktree: string;
  /** Relative to the worktree's top, with `/`. */
  readonly path: string;
}

/** What a read-only document of a cell shows. Contents have ids, so none of these ever changes. */
export type ConflictContent =
  | { readonly kind: 'blob'; readonly repository: string; readonly id: string; readonly live?: LiveFile | undefined }
  /** The blob of a merge's result; `names` are what its markers call the sides: by commit id, what people call them. */
  | {
      readonly kind: 'result';
      readonly repository: string;
      readonly id: string;
      readonly names: readonly (readonly [string, string])[];
    }
  /** A submodule, which git keeps by its commit. */
  | { readonly kind: 'submodule'; readonly id: string }
  /** In the place of a file that is not there. */
  | { readonly kind: 'nothing' }
  /** A text of this window, by its number; gone with a reload. */
  | { readonly kind: 'text'; readonly number: number };

/**
 * @param state whose state it is: what people see before the path
 * @param file relative to the top, with `/`; its end names the language
 */
export function conflictUri(content: ConflictContent, state: string, file: string): vscode.Uri {
  const path = [...oneLine(state).split('/'), ...file.split('/').map(oneLine)].filter((part) => part !== '').join('/');
  return vscode.Uri.from({ scheme: conflictScheme, path: `/${path}`, query: JSON.stringify(content) });
}

/** Null for what is none of ours. */
export function parseConflictUri(uri: vscode.Uri): ConflictContent | null {
  if (uri.scheme !== conflictScheme) return null;
  try {
    const { kind, repository, id, names, number, live } = JSON.parse(uri.query) as Record<string, unknown>;
    if (kind === 'nothing') return { kind };
    if (kind === 'text' && typeof number === 'number') return { kind, number };
    if (typeof id !== 'string') return null;
    if (kind === 'submodule') return { kind, id };
    if (typeof repository !== 'string') return null;
    if (kind === 'blob') return { kind, repository, id, ...(isLive(live) ? { live } : {}) };
    return kind === 'result' && Array.isArray(names) ? { kind, repository, id, names: names.filter(isName) } : null;
  } catch {
    // Typed by hand, or from another version of ours.
    return null;
  }
}

/** A path that would leave the worktree is none of ours. */
function isLive(value: unknown): value is LiveFile {
  if (typeof value !== 'object' || value === null || !('worktree' in value) || !('path' in value)) return false;
  const { worktree, path } = value;
  return typeof worktree === 'string' && typeof path === 'string' && !path.split('/').includes('..');
}

function isName(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}
