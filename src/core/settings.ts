import { z } from 'zod';
import { permissionModes } from '../contract/plan';
import { type CustomAgent, defaultSettings, type Settings } from './ports';

const customAgentSchema = z.object({
  command: z.array(z.string()).min(1),
  headless: z.array(z.string()).min(1).optional(),
  resume: z.array(z.string()).min(1).optional(),
  env: z.record(z.string(), z.string()).optional(),
}) satisfies z.ZodType<CustomAgent>;

/** Schema of a settings file: `cache/settings.json` in the store (windows mirror theirs there), or a script's own. */
export const settingsFileSchema = z.object({
  worktreeRoot: z.string().min(1).nullable().optional(),
  branchTemplate: z.string().min(1).optional(),
  wipLimit: z.number().int().min(1).optional(),
  defaultAgent: z.string().min(1).optional(),
  defaultPermissions: z.enum(permissionModes).optional(),
  fetchBase: z.boolean().optional(),
  agentPaths: z.record(z.string(), z.string()).optional(),
  customAgents: z.record(z.string(), customAgentSchema).optional(),
  gitPath: z.string().min(1).nullable().optional(),
});
export type SettingsFile = z.infer<typeof settingsFileSchema>;

/** Lays settings files over the defaults, the last one on top. Keys that are absent change nothing. */
export function layerSettings(...files: readonly SettingsFile[]): Settings {
  const merged: Record<string, unknown> = { ...defaultSettings };
  for (const file of files) {
    for (const [key, value] of Object.entries(file)) if (value !== undefined) merged[key] = value;
  }
  return merged as unknown as Settings;
}
