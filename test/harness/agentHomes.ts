import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type AgentProgram, ensureAgents } from '../../scripts/provision.mjs';
import { makeFolder } from './cleanup';
import { shellProfile } from './shellProfile';

/** A HOME in which every agent is set up, talks to the stand-in model, and asks nothing at its start. */
export interface AgentHome {
  readonly home: string;
  /** For the agent's process, or for a whole VS Code server: HOME, PATH with the agents, keys and addresses. */
  readonly environment: Readonly<Record<string, string>>;
  readonly agents: readonly AgentProgram[];
}

const key = 'sk-stand-in-0123456789abcdefghij';

/**
 * Prepares a HOME of its own for the five agents.
 * @param modelUrl address of the stand-in model, without a path
 * @param trusted folders whose trust the agents take as given (Claude Code: also their linked worktrees)
 */
export async function prepareAgentHome(modelUrl: string, trusted: readonly string[]): Promise<AgentHome> {
  const [home, agents] = await Promise.all([makeFolder('home'), ensureAgents()]);
  const files: Record<string, string> = {
    ...shellProfile(agents.map((agent) => agent.bin)),
    '.claude.json': claudeState(trusted),
    '.codex/config.toml': codexConfiguration(modelUrl, trusted),
    '.gemini/settings.json': json({
      security: { auth: { selectedType: 'gemini-api-key' } },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
    }),
    '.config/opencode/opencode.json': json({
      provider: { anthropic: { options: { baseURL: `${modelUrl}/v1`, apiKey: key } } },
      autoupdate: false,
      share: 'disabled',
    }),
    '.copilot/config.json': json({ trusted_folders: trusted, banner: 'never' }),
    '.gitconfig': '[user]\n\tname = Agent\n\temail = agent@example.com\n[init]\n\tdefaultBranch = main\n',
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(home, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return { home, agents, environment: environment(home, modelUrl, agents) };
}

/** Source: `~/.claude.json` as Claude Code 2.1 writes it after its first-run screens. */
function claudeState(trusted: readonly string[]): string {
  return json({
    hasCompletedOnboarding: true,
    theme: 'dark',
    numStartups: 5,
    customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
    projects: Object.fromEntries(
      trusted.map((folder) => [folder, { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true }]),
    ),
  });
}

function codexConfiguration(modelUrl: string, trusted: readonly string[]): string {
  const projects = trusted.map((folder) => `[projects.${JSON.stringify(folder)}]\ntrust_level = "trusted"\n`);
  return `model = "gpt-5-codex"
model_provider = "standin"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[model_providers.standin]
name = "standin"
base_url = "${modelUrl}/v1"
wire_api = "responses"
env_key = "STANDIN_KEY"

${projects.join('\n')}`;
}

function environment(home: string, modelUrl: string, agents: readonly AgentProgram[]): Record<string, string> {
  return {
    HOME: home,
    USERPROFILE: home,
    PATH: [...agents.map((agent) => agent.bin), process.env.PATH ?? ''].join(path.delimiter),
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: key,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    STANDIN_KEY: key,
    GEMINI_API_KEY: key,
    GOOGLE_GEMINI_BASE_URL: modelUrl,
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    COPILOT_OFFLINE: 'true',
    COPILOT_PROVIDER_BASE_URL: modelUrl,
    COPILOT_PROVIDER_TYPE: 'anthropic',
    COPILOT_PROVIDER_API_KEY: key,
    COPILOT_MODEL: 'claude-sonnet-4.5',
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
