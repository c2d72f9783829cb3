import type { Actor } from '../../contract/events';
import type { Log } from '../ports';
import type { Damage } from './errors';

/** The folders of the store that are watched. */
export const watchedAreas = [
  'events',
  'tasks',
  'launch',
  'leases',
  'hints',
  'status',
  'matrix',
  'usage',
  'texts',
] as const;
export type StoreArea = (typeof watchedAreas)[number];

/** All folders of the store; every one is flat. */
export const storeFolders = [...watchedAreas, 'locks', 'trains', 'cache'] as const;

/** What the parts of one open store share. */
export interface StoreContext {
  readonly dir: string;
  readonly log: Log;
  readonly actor: Actor;
  readonly now: () => Date;
  /** Told of everything that was set aside; passes each on once. */
  readonly report: (damage: Damage) => void;
  /** A file was written by this process: look at it now, whatever the file system's events say. */
  readonly touched: (area: StoreArea, fileName: string) => void;
}
