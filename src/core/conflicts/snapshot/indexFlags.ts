import type { BytePath } from '../../git/bytePath';

/** Entries whose files git was told not to look at (git-update-index(1)). */
export interface FlaggedEntries {
  readonly assumeUnchanged: readonly BytePath[];
  readonly skipWorktree: readonly BytePath[];
}

/** Of an entry: times, device, inode, mode, owner and size (gitformat-index(5), "Index entry"). */
const statBytes = 40;
const flagBits = { assumeUnchanged: 0x8000, extended: 0x4000, nameLength: 0x0fff } as const;
const skipWorktreeBit = 0x4000;

/**
 * Finds the flagged entries of an index (gitformat-index(5)) without a process: it is asked at every look.
 * @param hashBytes 20 (sha1) or 32 (sha256)
 * @returns null: an index that is not whole in itself (split), or of a form not known here; git has to be asked
 */
export function readIndexFlags(index: Buffer, hashBytes: number): FlaggedEntries | null {
  if (index.length < 12 || index.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  const assumeUnchanged: BytePath[] = [];
  const skipWorktree: BytePath[] = [];
  let at = 12;
  let name = '';
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    const flagsAt = at + statBytes + hashBytes;
    if (flagsAt + 4 > index.length) return null;
    const flags = index.readUInt16BE(flagsAt);
    const isExtended = (flags & flagBits.extended) !== 0;
    const skipped = isExtended && (index.readUInt16BE(flagsAt + 2) & skipWorktreeBit) !== 0;
    const assumed = (flags & flagBits.assumeUnchanged) !== 0;
    let nameAt = flagsAt + (isExtended ? 4 : 2);
    let kept = 0;
    if (version === 4) {
      const prefix = readOffset(index, nameAt);
      kept = Math.max(0, name.length - prefix.value);
      nameAt = prefix.next;
    }
    const length = flags & flagBits.nameLength;
    const end = version < 4 && length < flagBits.nameLength ? nameAt + length : index.indexOf(0, nameAt);
    if (end < 0 || end >= index.length) return null;
    if (version === 4) name = name.slice(0, kept) + index.toString('latin1', nameAt, end);
    else if (assumed || skipped) name = index.toString('latin1', nameAt, end);
    if (assumed) assumeUnchanged.push(name);
    if (skipped) skipWorktree.push(name);
    // Before version 4 an entry ends with one to eight NULs, so that the next one begins at a multiple of eight.
    at = version === 4 ? end + 1 : at + ((end - at + 8) & ~7);
  }
  return isSplit(index, at, hashBytes) ? null : { assumeUnchanged, skipWorktree };
}

/** "offset encoding": seven bits a byte, the highest says that more follow, each of which counts one more. */
function readOffset(index: Buffer, from: number): { readonly value: number; readonly next: number } {
  let at = from;
  let byte = index[at++] ?? 0;
  let value = byte & 127;
  while ((byte & 128) !== 0) {
    byte = index[at++] ?? 0;
    value = (value + 1) * 128 + (byte & 127);
  }
  return { value, next: at };
}

/** Whether most entries are elsewhere: the extension `link` names the file. */
function isSplit(index: Buffer, from: number, hashBytes: number): boolean {
  for (let at = from; at + 8 <= index.length - hashBytes; at += 8 + index.readUInt32BE(at + 4)) {
    if (index.toString('latin1', at, at + 4) === 'link') return true;
  }
  return false;
}
