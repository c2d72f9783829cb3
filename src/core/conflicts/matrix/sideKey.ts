import { createHash } from 'node:crypto';
import type { Snapshot } from '../side';

const keys = new WeakMap<Snapshot, string>();

/**
 * What a side's cells depend on: its commit, which files are untracked in it (they only name the kind of a conflict)
 * what it leaves out and what lies in the way. null: its state is not known.
 */
export function sideKey(snapshot: Snapshot): string | null {
  if (snapshot.unknown !== null || snapshot.commit === null || snapshot.head === null) return null;
  const known = keys.get(snapshot);
  if (known !== undefined) return known;
  const { ignored = [], overlooked = [] } = snapshot.inTheWay ?? {};
  const leftOut = snapshot.leftOut.map(({ path }) => path);
  const besides = [[...snapshot.untracked], leftOut, [...ignored], [...overlooked]].map((paths) => paths.sort());
  const digest = besides.every((paths) => paths.length === 0)
    ? ''
    : `+${createHash('sha256').update(JSON.stringify(besides)).digest('base64')}`;
  const key = `${snapshot.commit}${digest}`;
  keys.set(snapshot, key);
  return key;
}
