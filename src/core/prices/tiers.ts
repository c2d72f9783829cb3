import type { TaskType } from '../../contract/plan';
import type { ModelTier } from '../../contract/usage';
import { canonicalName } from './names';

const vendors = ['anthropic', 'openai', 'google'] as const;
type Vendor = (typeof vendors)[number];

/** A model that stands for a tier from a day on. */
interface TierModel {
  readonly model: string;
  /** `YYYY-MM-DD`; the rules name it until the next one of its list. */
  readonly since: string;
}

function from(since: string, model: string): TierModel {
  return { model, since };
}

/**
 * The table of tiers (as of 2026-11-21): what the rules name of each vendor, the oldest first. The method's own names,
 * Haiku, Sonnet and Opus, are Anthropic's; of the other vendors those that they sell for the same work.
 */
const ruleModels: Readonly<Record<Vendor, Readonly<Record<ModelTier, readonly TierModel[]>>>> = {
  anthropic: {
    small: [
      from('2024-10-22', 'claude-3-5-haiku'),
      from('2025-10-15', 'claude-haiku-4-5'),
      from('2026-10-07', 'claude-haiku-5-5'),
    ],
    medium: [
      from('2024-06-20', 'claude-3-5-sonnet'),
      from('2025-02-24', 'claude-3-7-sonnet'),
      from('2025-05-22', 'claude-sonnet-4'),
      from('2025-09-29', 'claude-sonnet-4-5'),
      from('2026-02-17', 'claude-sonnet-4-6'),
      from('2026-06-30', 'claude-sonnet-5'),
      from('2026-09-28', 'claude-sonnet-5-5'),
    ],
    large: [
      from('2024-02-29', 'claude-3-opus'),
      from('2025-05-22', 'claude-opus-4'),
      from('2025-08-05', 'claude-opus-4-1'),
      from('2025-11-24', 'claude-opus-4-5'),
      from('2026-02-05', 'claude-opus-4-6'),
      from('2026-04-16', 'claude-opus-4-7'),
      from('2026-05-28', 'claude-opus-4-8'),
      from('2026-07-24', 'claude-opus-5'),
      from('2026-09-22', 'claude-opus-5-5'),
    ],
  },
  openai: {
    small: [
      from('2025-08-07', 'gpt-5-mini'),
      from('2025-11-13', 'gpt-5.1-codex-mini'),
      from('2026-03-17', 'gpt-5.4-mini'),
      from('2026-07-09', 'gpt-5.6-luna'),
      from('2026-09-22', 'gpt-6-luna'),
    ],
    medium: [
      from('2025-08-07', 'gpt-5-codex'),
      from('2025-11-13', 'gpt-5.1-codex'),
      from('2025-12-11', 'gpt-5.2-codex'),
      from('2026-02-05', 'gpt-5.3-codex'),
      from('2026-03-05', 'gpt-5.4'),
      from('2026-07-09', 'gpt-5.6-terra'),
      from('2026-09-22', 'gpt-6-sol'),
      from('2026-09-29', 'gpt-6.1-sol'),
      from('2026-11-17', 'gpt-6.2-sol'),
    ],
    large: [
      from('2025-11-19', 'gpt-5.1-codex-max'),
      from('2026-04-23', 'gpt-5.5'),
      from('2026-07-09', 'gpt-5.6-sol'),
      from('2026-09-03', 'gpt-6-astra'),
      from('2026-11-17', 'gpt-6.2-astra'),
    ],
  },
  google: {
    small: [
      from('2025-07-22', 'gemini-2.5-flash-lite'),
      from('2026-03-03', 'gemini-3.1-flash-lite'),
      from('2026-07-21', 'gemini-3.5-flash-lite'),
    ],
    medium: [
      from('2025-06-17', 'gemini-2.5-flash'),
      from('2025-12-17', 'gemini-3-flash-preview'),
      from('2026-05-19', 'gemini-3.5-flash'),
      from('2026-07-21', 'gemini-3.6-flash'),
      from('2026-08-14', 'gemini-3.7-flash'),
      from('2026-09-02', 'gemini-3.8-flash'),
    ],
    large: [
      from('2025-06-17', 'gemini-2.5-pro'),
      from('2025-11-18', 'gemini-3-pro-preview'),
      from('2026-02-19', 'gemini-3.1-pro-preview'),
    ],
  },
};

/** Models of a tier that the rules never name: other names, and what costs more than the rules ask for. */
const otherModels: Readonly<Record<Vendor, Readonly<Record<ModelTier, readonly string[]>>>> = {
  anthropic: {
    small: ['claude-3-haiku'],
    medium: ['claude-sonnet-4-0'],
    large: [
      'claude-opus-4-0',
      'claude-fable-5',
      'claude-fable-5-1',
      'claude-fable-5-2',
      'claude-mythos-5',
      'claude-mythos-5-1',
    ],
  },
  openai: {
    small: [
      'gpt-5-nano',
      'gpt-5-codex-mini',
      'gpt-5.4-nano',
      'gpt-4.1-mini',
      'gpt-4.1-nano',
      'gpt-4o-mini',
      'o3-mini',
      'o4-mini',
      'codex-mini',
    ],
    medium: [
      'gpt-5',
      'gpt-5-chat',
      'gpt-5.1',
      'gpt-5.1-chat',
      'gpt-5.2',
      'gpt-5.2-chat',
      'gpt-6.1-terra',
      'gpt-4.1',
      'gpt-4o',
      'o3',
    ],
    large: ['gpt-5.6', 'o1'],
  },
  google: {
    small: ['gemini-3.1-flash-lite-preview'],
    medium: ['gemini-3-flash', 'gemini-2.0-flash'],
    large: ['gemini-3-pro', 'gemini-3.1-pro', 'gemini-3.1-pro-preview-customtools', 'gemini-2.5-pro-preview'],
  },
};

/** Claude Code's short names: each stands for the newest model of its line. */
const shortNames: ReadonlyMap<string, ModelTier> = new Map([
  ['haiku', 'small'],
  ['sonnet', 'medium'],
  ['opus', 'large'],
]);

/** Vendors of agents that run one vendor's models only. */
const agentVendors: ReadonlyMap<string, Vendor> = new Map([
  ['claude', 'anthropic'],
  ['codex', 'openai'],
  ['gemini', 'google'],
]);

interface Place {
  readonly vendor: Vendor;
  readonly tier: ModelTier;
}

const places = placeModels();

function placeModels(): ReadonlyMap<string, Place> {
  const byModel = new Map<string, Place>();
  for (const vendor of vendors) {
    for (const tier of ['small', 'medium', 'large'] as const) {
      const models = [...ruleModels[vendor][tier].map(({ model }) => model), ...otherModels[vendor][tier]];
      for (const model of models) byModel.set(model, { vendor, tier });
    }
  }
  return byModel;
}

function placeOf(model: string): Place | null {
  const name = canonicalName(model);
  if (name === null) return null;
  const tier = shortNames.get(name);
  return tier === undefined ? (places.get(name) ?? null) : { vendor: 'anthropic', tier };
}

/** How strong a model is; null: not in the table, and then nothing is said about it. */
export function tierOf(model: string): ModelTier | null {
  return placeOf(model)?.tier ?? null;
}

/**
 * The model that the rules name for a tier.
 *
 * @param agent decides the vendor where it runs one vendor's models only
 * @param date the rules as of that day, `YYYY-MM-DD`
 * @param beside a model whose vendor counts otherwise
 * @returns null: the vendor is not known, or had nothing of that tier yet
 */
export function modelFor(agent: string, tier: ModelTier, date: string, beside: string | null = null): string | null {
  const vendor = agentVendors.get(agent) ?? (beside === null ? undefined : placeOf(beside)?.vendor);
  if (vendor === undefined) return null;
  return ruleModels[vendor][tier].findLast(({ since }) => since <= date)?.model ?? null;
}

/**
 * The model that a task will run on, as far as it is known before: what it asks for, with short names resolved, else
 * what the rules name for its type.
 *
 * @param asked null or `auto`: it leaves the choice to the rules
 */
export function expectedModel(agent: string, asked: string | null, type: TaskType, date: string): string | null {
  if (asked === null || asked === 'auto') return modelFor(agent, tierByType[type], date);
  return modelByName(asked, date);
}

/** A model by its name, or by a short name that stands for the newest of its line on a day, `YYYY-MM-DD`. */
export function modelByName(name: string, date: string): string {
  const short = name.trim().toLowerCase();
  const tier = shortNames.get(short.endsWith('[1m]') ? short.slice(0, -4) : short);
  return (tier === undefined ? null : modelFor('claude', tier, date)) ?? name;
}

/**
 * The method's "Model Selection Rules": architecture, complex debugging and security review need deep judgment; mechanical
 * work needs little; the default is in between. Of refactorings the method gives only *simple* ones to the small tier,
 * and a type does not say which it is: they stay at the default, like the types that the method does not name.
 */
export const tierByType: Readonly<Record<TaskType, ModelTier>> = {
  plan: 'medium',
  feature: 'medium',
  'code-small': 'medium',
  'code-large': 'medium',
  refactor: 'medium',
  migration: 'medium',
  dependencies: 'medium',
  review: 'medium',
  tests: 'medium',
  spike: 'large',
  architecture: 'large',
  debug: 'large',
  security: 'large',
  docs: 'medium',
  format: 'small',
  types: 'small',
};
