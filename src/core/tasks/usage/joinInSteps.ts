import { setImmediate as pause } from 'node:timers/promises';
import { joinLog, type LoggedSession } from '../../usage/log';
import type { UsageBucket } from '../../usage/parts';

/** So many sessions are a few milliseconds. */
const stepSessions = 100;

/**
 * As `joinLog`, with pauses, for a thread in which others wait: what a log says of one session has nothing to do with any
 * other. The order of buckets is another.
 */
export async function joinInSteps(
  buckets: readonly UsageBucket[],
  logged: readonly LoggedSession[],
  timeZone: string,
): Promise<readonly UsageBucket[]> {
  const sessions = new Map<string, { readonly logged: LoggedSession[]; readonly buckets: UsageBucket[] }>();
  for (const session of logged) {
    const known = sessions.get(keyOf(session));
    if (known === undefined) sessions.set(keyOf(session), { logged: [session], buckets: [] });
    else known.logged.push(session);
  }
  const joined: UsageBucket[] = [];
  for (const bucket of buckets) {
    const known = sessions.get(keyOf(bucket));
    if (known === undefined) joined.push(bucket);
    else known.buckets.push(bucket);
  }
  const all = [...sessions.values()];
  for (let i = 0; i < all.length; i += stepSessions) {
    await pause();
    const step = all.slice(i, i + stepSessions);
    const own = step.flatMap((each) => each.buckets);
    joined.push(
      ...joinLog(
        own,
        step.flatMap((each) => each.logged),
        timeZone,
      ),
    );
  }
  return joined;
}

/** No agent has a line break in its name. */
function keyOf({ agent, session }: { readonly agent: string; readonly session: string }): string {
  return `${agent}\n${session}`;
}
