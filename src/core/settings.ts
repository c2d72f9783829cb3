import * as z from 'zod/mini';
import { type SyncMethod, syncMethods } from '../contract/events';
import { type Budget, type PermissionMode, permissionModes } from '../contract/plan';
import { type CustomAgent, defaultSettings, type Settings } from './ports';
import type { OwnPrice, OwnPrices } from './prices/ownPrices';
import { typedDiscount, typedPrice } from './prices/typedPrices';

const customAgentSchema = z.object({
  command: z.array(z.string()).check(z.minLength(1)),
  headless: z.optional(z.array(z.string()).check(z.minLength(1))),
  resume: z.optional(z.array(z.string()).check(z.minLength(1))),
  env: z.optional(z.record(z.string(), z.string())),
});

const budgetSchema = z.object({
  usd: z.optional(z.number().check(z.positive())),
  tokens: z.optional(z.int().check(z.positive())),
}) satisfies z.ZodMiniType<Budget>;

/** Schema of the setting `budgets`. */
export const budgetsSchema = z.object({ day: z.optional(budgetSchema), week: z.optional(budgetSchema) });

const text = z.string().check(z.minLength(1));

const ownPriceSchema = z.custom<OwnPrice>(
  (value) => typedPrice(value) !== null,
  'a price in US dollars per million tokens',
);
const discountSchema = z.custom<number>((value) => typedDiscount(value) !== null, 'a factor of 0 or more');

/** Schema of a settings file: `cache/settings.json` in the store (windows mirror theirs there), or a script's own. */
export const settingsFileSchema = z.object({
  worktreeRoot: z.optional(z.nullable(text)),
  branchTemplate: z.optional(text),
  wipLimit: z.optional(z.int().check(z.minimum(1))),
  defaultAgent: z.optional(text),
  defaultModel: z.optional(z.nullable(z.string().check(z.minLength(1)))),
  defaultPermissions: z.optional(z.enum(permissionModes)),
  fetchBase: z.optional(z.boolean()),
  agentPaths: z.optional(z.record(z.string(), z.string())),
  customAgents: z.optional(z.record(z.string(), customAgentSchema)),
  gitPath: z.optional(z.nullable(text)),
  worktreeIncludeFiles: z.optional(z.array(text)),
  skipLfs: z.optional(z.boolean()),
  syncMethod: z.optional(z.enum(syncMethods)),
  trashLimit: z.optional(z.nullable(z.number().check(z.minimum(0)))),
  costLog: z.optional(z.nullable(text)),
  remoteBranches: z.optional(z.array(text)),
  budgets: z.optional(budgetsSchema),
  prices: z.optional(z.record(z.string(), z.union([ownPriceSchema, z.array(ownPriceSchema)]))),
  priceDiscounts: z.optional(z.record(z.string(), discountSchema)),
});

/** Any of the settings; what is absent is not said. */
export interface SettingsFile {
  readonly worktreeRoot?: string | null | undefined;
  readonly branchTemplate?: string | undefined;
  readonly wipLimit?: number | undefined;
  readonly defaultAgent?: string | undefined;
  readonly defaultModel?: string | null | undefined;
  readonly defaultPermissions?: PermissionMode | undefined;
  readonly fetchBase?: boolean | undefined;
  readonly agentPaths?: Readonly<Record<string, string>> | undefined;
  readonly customAgents?: Readonly<Record<string, CustomAgent>> | undefined;
  readonly gitPath?: string | null | undefined;
  readonly worktreeIncludeFiles?: readonly string[] | undefined;
  readonly skipLfs?: boolean | undefined;
  readonly syncMethod?: SyncMethod | undefined;
  readonly trashLimit?: number | null | undefined;
  readonly costLog?: string | null | undefined;
  readonly remoteBranches?: readonly string[] | undefined;
  readonly budgets?: Settings['budgets'] | undefined;
  readonly prices?: OwnPrices | undefined;
  readonly priceDiscounts?: Readonly<Record<string, number>> | undefined;
}

/** Lays settings files over the defaults, the last one on top. */
export function layerSettings(...files: readonly SettingsFile[]): Settings {
  let settings = defaultSettings;
  for (const file of files) {
    settings = {
      worktreeRoot: file.worktreeRoot === undefined ? settings.worktreeRoot : file.worktreeRoot,
      branchTemplate: file.branchTemplate ?? settings.branchTemplate,
      wipLimit: file.wipLimit ?? settings.wipLimit,
      defaultAgent: file.defaultAgent ?? settings.defaultAgent,
      defaultModel: file.defaultModel === undefined ? settings.defaultModel : file.defaultModel,
      defaultPermissions: file.defaultPermissions ?? settings.defaultPermissions,
      fetchBase: file.fetchBase ?? settings.fetchBase,
      agentPaths: file.agentPaths ?? settings.agentPaths,
      customAgents: file.customAgents ?? settings.customAgents,
      gitPath: file.gitPath === undefined ? settings.gitPath : file.gitPath,
      worktreeIncludeFiles: file.worktreeIncludeFiles ?? settings.worktreeIncludeFiles,
      skipLfs: file.skipLfs ?? settings.skipLfs,
      syncMethod: file.syncMethod ?? settings.syncMethod,
      trashLimit: file.trashLimit === undefined ? settings.trashLimit : file.trashLimit,
      costLog: file.costLog === undefined ? settings.costLog : file.costLog,
      remoteBranches: file.remoteBranches ?? settings.remoteBranches,
      budgets: file.budgets ?? settings.budgets,
      prices: file.prices ?? settings.prices,
      priceDiscounts: file.priceDiscounts ?? settings.priceDiscounts,
    };
  }
  return settings;
}
