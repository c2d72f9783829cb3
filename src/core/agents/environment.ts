import path from 'node:path';
import type { TaskRef } from '../../contract/plan';

export interface AgentPlace {
  readonly ref: TaskRef;
  readonly worktree: string;
  readonly branch: string;
  readonly base: string;
  readonly storeDir: string;
  /** Folder of the stable `switchyard` launcher; null: PATH stays as it is. */
  readonly launcherDir: string | null;
  /** The worktree's own block of ports: `SWITCHYARD_PORT`, `SWITCHYARD_PORT_1` and so on. */
  readonly ports?: readonly number[] | undefined;
}

/**
 * An agent that is started inside another one's terminal would think it is nested, or report to that one's editor.
 */
const inherited = /^(CLAUDECODE$|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|SESSION_ID|CHILD_SESSION)$|SWITCHYARD_)/i;

/** Settings of our own that a child needs: the demo's speed, and settings given by environment. */
const kept = new Set(['SWITCHYARD_DEMO_SECONDS', 'SWITCHYARD_SETTINGS']);

/**
 * The environment of an agent.
 * @param base what `childEnvironment` of core/git made from the host's environment
 */
export function agentEnvironment(base: Readonly<Record<string, string>>, place: AgentPlace): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(base)) {
    if (kept.has(key) || !inherited.test(key)) env[key] = value;
  }
  const { ref, ports } = place;
  Object.assign(env, {
    SWITCHYARD_PLAN: ref.plan,
    SWITCHYARD_TASK: ref.task,
    SWITCHYARD_WORKTREE: place.worktree,
    SWITCHYARD_BRANCH: place.branch,
    SWITCHYARD_BASE: place.base,
    SWITCHYARD_STORE: place.storeDir,
  });
  ports?.forEach((port, index) => {
    env[index === 0 ? 'SWITCHYARD_PORT' : `SWITCHYARD_PORT_${index}`] = String(port);
  });
  if (place.launcherDir !== null) prefixPath(env, place.launcherDir);
  return env;
}

/** Windows spells it `Path`; a second `PATH` beside it would hide the first. */
function prefixPath(env: Record<string, string>, folder: string): void {
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const rest = (env[key] ?? '').split(path.delimiter).filter((entry) => entry !== '' && entry !== folder);
  env[key] = [folder, ...rest].join(path.delimiter);
}
