// zod's functional half: a hook that reads the store must start fast, and this one can be tree-shaken.
import * as z from 'zod/mini';
import { answerVerdicts, checklistItemIds } from '../../contract/checklist';
import {
  type ArchiveRecord,
  actors,
  launchModes,
  operations,
  type RepositoryEvent,
  recoveryOutcomes,
  syncMethods,
  type TaskEvent,
} from '../../contract/events';
import type { LaunchFile, LeaseFile } from '../../contract/files';
import { permissionModes } from '../../contract/plan';
import { conditionKinds, taskStates } from '../../contract/states';
import { type BudgetUse, budgetLevels, budgetScopes } from '../../contract/usage';

/** What the store needs of a schema; both halves of zod fit. */
export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

/** One schema per kind: so a line is checked against one shape, and an unknown kind is known as such. */
export type EventSchemas<E extends { kind: string }> = { readonly [K in E['kind']]: Schema<Extract<E, { kind: K }>> };

const text = z.string();
const textOrNull = z.nullable(z.string());
const pid = z.int();

const base = {
  v: z.literal(1),
  at: text,
  by: z.object({ actor: z.enum(actors), pid }),
};

const tokens = z.number().check(z.minimum(0));
const usd = z.nullable(z.number());
export const budgetUseSchema = z.object({
  scope: z.enum(budgetScopes),
  plan: textOrNull,
  task: textOrNull,
  period: textOrNull,
  budget: z.object({ usd: z.optional(z.number()), tokens: z.optional(tokens) }),
  used: z.object({ usd, tokens, atLeast: z.boolean() }),
  percent: z.number(),
  level: z.enum(budgetLevels),
}) satisfies Schema<BudgetUse>;
const budget = z.object({ ...base, kind: z.literal('budget'), use: budgetUseSchema });

export const leftOutSchema = z.object({ path: text, why: text });
export const commandResultSchema = z.object({ command: text, exit: z.nullable(z.int()), ms: z.number() });
export const archiveSchema = z.object({
  id: text,
  ref: text,
  commit: text,
  trash: text,
  worktree: text,
  branch: textOrNull,
  branchTip: textOrNull,
  branchDeleted: z.boolean(),
  head: textOrNull,
  bytes: z.nullable(z.number()),
}) satisfies Schema<ArchiveRecord>;

export const taskEventSchemas = {
  'text-seen': z.object({ ...base, kind: z.literal('text-seen'), text, title: text }),
  dispatched: z.object({
    ...base,
    kind: z.literal('dispatched'),
    agent: text,
    model: textOrNull,
    permissions: z.enum(permissionModes),
    brief: text,
    text: textOrNull,
    base: text,
    baseHead: text,
    branch: text,
    rivals: textOrNull,
    title: text,
    spawned: z.optional(z.boolean()),
    adopted: z.optional(z.boolean()),
    reserved: z.optional(z.array(text)),
  }),
  'worktree-made': z.object({ ...base, kind: z.literal('worktree-made'), worktree: text, branch: text, head: text }),
  'worktree-failed': z.object({ ...base, kind: z.literal('worktree-failed'), reason: text }),
  'launch-requested': z.object({
    ...base,
    kind: z.literal('launch-requested'),
    launch: text,
    mode: z.enum(launchModes),
  }),
  'launch-claimed': z.object({ ...base, kind: z.literal('launch-claimed'), launch: text }),
  'launch-lapsed': z.object({ ...base, kind: z.literal('launch-lapsed'), launch: text }),
  'agent-started': z.object({
    ...base,
    kind: z.literal('agent-started'),
    agent: text,
    model: textOrNull,
    pid,
    pidStarted: textOrNull,
    runner: pid,
    session: textOrNull,
    resumed: z.boolean(),
    window: textOrNull,
  }),
  'agent-exited': z.object({
    ...base,
    kind: z.literal('agent-exited'),
    pid,
    exit: z.nullable(z.int()),
    signal: textOrNull,
  }),
  state: z.object({ ...base, kind: z.literal('state'), to: z.enum(taskStates), reason: text }),
  condition: z.object({
    ...base,
    kind: z.literal('condition'),
    condition: z.enum(conditionKinds),
    on: z.boolean(),
    reason: text,
    source: text,
  }),
  held: z.object({
    ...base,
    kind: z.literal('held'),
    reason: text,
    overridden: z.boolean(),
    budget: z.optional(budgetUseSchema),
  }),
  'worktree-ready': z.object({
    ...base,
    kind: z.literal('worktree-ready'),
    copied: z.array(text),
    leftOut: z.array(leftOutSchema),
    submodules: z.array(text),
  }),
  ports: z.object({ ...base, kind: z.literal('ports'), first: z.int() }),
  setup: z.object({
    ...base,
    kind: z.literal('setup'),
    commands: z.array(commandResultSchema),
    exit: z.nullable(z.int()),
    skipped: z.boolean(),
  }),
  'app-started': z.object({
    ...base,
    kind: z.literal('app-started'),
    pid,
    pidStarted: textOrNull,
    port: z.int(),
    url: text,
    log: text,
  }),
  'app-stopped': z.object({ ...base, kind: z.literal('app-stopped'), pid, exit: z.nullable(z.int()) }),
  cleaned: z.object({ ...base, kind: z.literal('cleaned'), archive: archiveSchema }),
  restored: z.object({
    ...base,
    kind: z.literal('restored'),
    archive: text,
    worktree: text,
    branch: textOrNull,
    head: text,
    from: z.enum(['trash', 'ref']),
  }),
  'archive-deleted': z.object({ ...base, kind: z.literal('archive-deleted'), archive: text }),
  'worktree-moved': z.object({ ...base, kind: z.literal('worktree-moved'), from: text, to: text }),
  synced: z.object({
    ...base,
    kind: z.literal('synced'),
    method: z.enum(syncMethods),
    from: text,
    to: text,
    base: text,
  }),
  recovered: z.object({
    ...base,
    kind: z.literal('recovered'),
    operation: z.enum(operations),
    outcome: z.enum(recoveryOutcomes),
    reason: text,
  }),
  budget,
  forgotten: z.object({ ...base, kind: z.literal('forgotten') }),
} satisfies EventSchemas<TaskEvent>;

export const repositoryEventSchemas = {
  damage: z.object({ ...base, kind: z.literal('damage'), file: text, line: z.nullable(z.int()), reason: text }),
  'worktree-foreign': z.object({ ...base, kind: z.literal('worktree-foreign'), worktree: text, branch: textOrNull }),
  notified: z.object({ ...base, kind: z.literal('notified'), key: text }),
  'last-agent': z.object({ ...base, kind: z.literal('last-agent'), agent: text, model: textOrNull }),
  'hazard-muted': z.object({ ...base, kind: z.literal('hazard-muted'), hazard: text, reason: text, who: textOrNull }),
  'hazard-unmuted': z.object({ ...base, kind: z.literal('hazard-unmuted'), hazard: text, who: textOrNull }),
  'checklist-answered': z.object({
    ...base,
    kind: z.literal('checklist-answered'),
    plan: text,
    item: z.enum(checklistItemIds),
    verdict: z.enum(answerVerdicts),
    note: text,
    who: textOrNull,
    commits: z.array(z.object({ ref: text, commit: text })),
  }),
  budget,
} satisfies EventSchemas<RepositoryEvent>;

export const launchSchema = z.object({
  v: z.literal(1),
  id: text,
  plan: text,
  task: text,
  worktree: text,
  mode: z.enum(launchModes),
  at: text,
}) satisfies Schema<LaunchFile>;

/** Who claimed a launch; `lapsed` when nobody did in time. */
export const claimSchema = z.object({ v: z.literal(1), pid, at: text, lapsed: z.boolean() });

export const leaseSchema = z.object({
  v: z.literal(1),
  name: text,
  pid,
  pidStarted: textOrNull,
  host: text,
  session: textOrNull,
  agent: textOrNull,
  agentPid: z.nullable(pid),
  window: textOrNull,
  version: text,
  at: text,
  renewedAt: text,
}) satisfies Schema<LeaseFile>;

/** A process as others can tell whether it still lives. */
export const holderSchema = z.object({ pid, pidStarted: textOrNull, host: text, at: text });
