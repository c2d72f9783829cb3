import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

const renewed = /\.git\/objects\/|\/sharedindex\.[0-9a-f]+$/;

/**
 * Everything about the files of a folder that reading must leave as it is: type, mode, inode, size, time of the last
 * change in nanoseconds, bytes. Access times are not in it. Objects and packs are without their times, because git
 * renews those of an object that it would have written again and finds there (`freshen_loose_object`); so are the
 * shared parts of split indexes, whose times git renews whenever it reads one (`freshen_shared_index`).
 * @param without folders, relative to `top`, that are not looked into
 */
export function photograph(top: string, without: readonly string[] = []): Map<string, string> {
  const photo = new Map<string, string>();
  const walk = (folder: Buffer, name: string) => {
    for (const entry of readdirSync(folder, { encoding: 'buffer' })) {
      const inside = `${name}${entry.toString('latin1')}`;
      if (without.includes(inside)) continue;
      const file = Buffer.concat([folder, Buffer.from(path.sep), entry]);
      const stat = lstatSync(file, { bigint: true });
      const time = stat.isFile() && renewed.test(inside) ? 0n : stat.mtimeNs;
      const facts = `${stat.mode.toString(8)} ${stat.ino} ${stat.isDirectory() ? '' : stat.size} ${time}`;
      photo.set(inside, `${facts} ${stat.isFile() ? digest(file) : stat.isSymbolicLink() ? readlinkSync(file) : ''}`);
      if (stat.isDirectory()) walk(file, `${inside}/`);
    }
  };
  walk(Buffer.from(top), '');
  return photo;
}

function digest(file: Buffer): string {
  return createHash('sha1').update(readFileSync(file)).digest('hex');
}

/** What is not the same any more, a line each. */
export function changesOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: ${before.get(name) ?? 'not there'} -> ${after.get(name) ?? 'gone'}`);
}
