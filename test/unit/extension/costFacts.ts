import type { TaskRef, TaskType } from '../../../src/contract/plan';
import { taskTypes } from '../../../src/contract/plan';
import type { BudgetUse, ModelMismatch, Quota, SkippedRecord, Tokens } from '../../../src/contract/usage';
import type { CostState } from '../../../src/core/tasks/usage/parts';
import type { Owner, UsageBucket } from '../../../src/core/usage/parts';
import { type CostFacts, renderCosts } from '../../../src/extension/costs/renderCosts';
import { type CostsEstimate, type CostsSnapshot, type CostsView, firstCostsView } from '../../../src/protocol/costs';

/** A Saturday. */
export const costsNow = new Date('2026-11-21T12:00:00.000Z');

export function tokens(changes: Partial<Tokens> = {}): Tokens {
  return {
    ...{ input: 1_000, output: 20_000, cacheWrite5m: 30_000, cacheWrite1h: 0, cacheRead: 900_000, reasoning: 0 },
    ...changes,
  };
}

export function ownerOf(name: string): Owner {
  const [plan = '', task] = name.split('/');
  if (task !== undefined) return { kind: 'task', ref: { plan, task } };
  return { kind: name === 'other' ? 'other' : 'elsewhere' };
}

export function bucket(owner: string, changes: Partial<UsageBucket> = {}): UsageBucket {
  const day = changes.day === undefined ? '2026-11-20' : changes.day;
  const last = day === null ? null : Date.parse(`${day}T10:00:00Z`);
  return {
    ...{ owner: ownerOf(owner), agent: 'claude', session: `session-${owner}`, model: 'claude-opus-5-5', day },
    ...{ answers: 10, tokens: tokens(), usd: 1.5, priced: changes.answers ?? 10, first: last, last, source: 'records' },
    ...changes,
  };
}

export function costState(
  buckets: readonly UsageBucket[],
  changes: {
    types?: CostState['types'];
    budgets?: readonly BudgetUse[];
    quotas?: readonly Quota[];
    skipped?: readonly SkippedRecord[];
  } = {},
): CostState {
  const { types = {}, budgets = [], quotas = [], skipped = [] } = changes;
  return {
    at: new Date(costsNow.getTime() - 4000).toISOString(),
    usage: { buckets, quotas, skipped, timing: { ms: 1, files: 1, bytes: 1 } },
    budgets,
    pricesAsOf: '2026-11-20',
    timeZone: 'UTC',
    types,
  };
}

export function costFacts(state: CostState, changes: Partial<CostFacts> = {}): CostFacts {
  return {
    ...{ state, now: costsNow, plans: [], titles: new Map(), typeOf: () => null },
    ...{ mismatchesOf: () => [], estimatesOf: () => [], records: null },
    ...changes,
  };
}

export function costsSnapshot(facts: CostFacts | null, view: Partial<CostsView> = {}): CostsSnapshot {
  return {
    now: costsNow.toISOString(),
    repositories: [{ id: '/repo/.git', name: 'repo' }],
    repository: '/repo/.git',
    busy: false,
    empty: null,
    costs: facts === null ? null : renderCosts(facts, { ...firstCostsView, ...view }),
  };
}

const models = ['claude-opus-5-5', 'claude-sonnet-5-5', 'gpt-5.2-codex', 'gemini-3-pro', 'claude-haiku-5-5'];
const agents = ['claude', 'claude', 'codex', 'gemini', 'claude'];
const someTypes: readonly TaskType[] = ['feature', 'tests', 'refactor', 'docs', 'format', 'debug', 'code-small'];

/** A few weeks of two plans by three agents, with one of everything that the panel knows to show. */
export function fewWeeks(): CostFacts {
  const refs = [
    ...['api', 'charts', 'filters', 'export', 'login'].map((task) => `dashboard/${task}`),
    ...['chapters', 'index', 'search'].map((task) => `manual/${task}`),
  ];
  const buckets = refs.flatMap((ref, index) =>
    Array.from({ length: 6 }, (_, step) => {
      const which = (index + step) % models.length;
      const size = ((index * 7 + step * 5) % 11) + 1;
      return bucket(ref, {
        ...{
          agent: agents[which] ?? '',
          model: models[which] ?? null,
          session: `${ref}-${step % 3}`,
          usd: size * 0.83,
        },
        ...{
          day: dayBefore(index * 2 + step * 6),
          tokens: tokens({ output: size * 9_000, cacheRead: size * 800_000 }),
        },
      });
    }),
  );
  const more = [
    bucket('elsewhere', { usd: 6.2, day: '2026-11-19' }),
    bucket('elsewhere', { usd: 0.9, day: '2026-11-21', session: 'another' }),
    bucket('dashboard/login', { model: 'local-llama', agent: 'opencode', usd: 0, priced: 0, day: '2026-11-18' }),
    bucket('manual/index', { source: 'log', usd: 3.1, day: '2026-10-02' }),
    bucket('dashboard/api', { usd: 2.4, day: '2026-11-21', session: 'dashboard/api-today' }),
  ];
  const skipped: SkippedRecord[] = [
    { ...{ agent: 'claude', file: '/home/ada/.claude/projects/-repo/6f0a.jsonl', line: 1207 }, reason: 'cut off' },
    { ...{ agent: 'codex', file: '/home/ada/.codex/sessions/2026/11/a.jsonl', line: null }, reason: 'may not be read' },
  ];
  return costFacts(costState([...buckets, ...more], { budgets: someBudgets, quotas: someQuotas, skipped }), {
    plans: [
      { id: 'dashboard', title: 'User activity' },
      { id: 'manual', title: 'The manual' },
    ],
    titles: new Map([
      ['dashboard/api', 'Activity API'],
      ['dashboard/charts', 'Charts of activity'],
      ['manual/chapters', 'Chapters in order'],
    ]),
    typeOf: (ref) => someTypes[refs.indexOf(`${ref.plan}/${ref.task}`) % someTypes.length] ?? null,
    mismatchesOf: () => someMismatches,
    estimatesOf: () => someEstimates,
  });
}

export function dayBefore(days: number): string {
  return new Date(costsNow.getTime() - days * 86_400_000).toISOString().slice(0, 10);
}

const used = { usd: 8.61, tokens: 2_310_000, atLeast: false };
const someBudgets: readonly BudgetUse[] = [
  {
    ...{ scope: 'task', plan: 'dashboard', task: 'api', period: null, budget: { usd: 8 } },
    ...{ used, percent: 107, level: 'over' },
  },
  {
    ...{ scope: 'plan', plan: 'dashboard', task: null, period: null, budget: { usd: 60, tokens: 20_000_000 } },
    ...{ used: { usd: 52.4, tokens: 9_100_000, atLeast: true }, percent: 87, level: 'near' },
  },
  {
    ...{ scope: 'day', plan: null, task: null, period: '2026-11-21', budget: { usd: 25 } },
    ...{ used: { usd: 3.3, tokens: 310_000, atLeast: false }, percent: 13, level: 'within' },
  },
];
const someQuotas: readonly Quota[] = [
  {
    ...{ agent: 'codex', plan: 'plus', at: '2026-11-21T11:40:00.000Z' },
    windows: [
      { minutes: 300, usedPercent: 41, resetsAt: '2026-11-21T15:00:00.000Z' },
      { minutes: 10_080, usedPercent: 78.5, resetsAt: null },
    ],
  },
];
const someMismatches: readonly ModelMismatch[] = [
  {
    ...{ type: 'format', agent: 'claude', model: 'claude-opus-5-5', tier: 'large' },
    byRule: { tier: 'small', model: 'claude-haiku-5-5' },
    ...{ tasks: Array.from({ length: 9 }, (_, index) => `dashboard/format-${index}`), usd: 41, usdByRule: 2.04 },
  },
];
const someEstimates: readonly CostsEstimate[] = [
  {
    estimate: {
      ...{ type: 'feature', model: 'claude-opus-5-5', outputTokens: [40_000, 80_000], usd: [3.2, 6.4] },
      ...{ tokens: [120_000, 240_000], from: { kind: 'method' } },
    },
    actual: { tasks: 3, usd: 7.9, tokens: 300_000 },
  },
  {
    estimate: {
      ...{ type: 'tests', model: null, outputTokens: [20_000, 40_000], usd: null },
      ...{ tokens: [60_000, 120_000], from: { kind: 'log', tasks: 12 } },
    },
    actual: { tasks: 1, usd: 1.2, tokens: 80_000 },
  },
];

/** Hundreds of tasks that were worked on all year. */
export function aYear(tasks = 500): CostFacts {
  const buckets = Array.from({ length: tasks }, (_, index) => index).flatMap((index) =>
    Array.from({ length: 12 }, (_, step) => {
      const which = (index + step) % models.length;
      return bucket(`plan-${index % 20}/task-${index}`, {
        ...{ agent: agents[which] ?? '', model: models[which] ?? null, session: `s-${index}-${step % 4}` },
        ...{ day: dayBefore((index * 3 + step * 29) % 365), usd: ((index * 31 + step * 17) % 97) / 10 },
      });
    }),
  );
  const typeOf = ({ task }: TaskRef) => taskTypes[Number(task.slice(5)) % taskTypes.length] ?? null;
  return costFacts(costState(buckets), { typeOf });
}
