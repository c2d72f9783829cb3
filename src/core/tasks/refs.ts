import type { TaskRef } from '../../contract/plan';

/** A task as people write it. */
export function refName(ref: TaskRef): string {
  return `${ref.plan}/${ref.task}`;
}

/** Name of a task's event stream, lease and lock. */
export function streamName(ref: TaskRef): string {
  return `${ref.plan}~${ref.task}`;
}

export function sameRef(a: TaskRef, b: TaskRef): boolean {
  return a.plan === b.plan && a.task === b.task;
}
