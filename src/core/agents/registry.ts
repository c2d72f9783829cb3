import type { Settings } from '../ports';
import type { Agent } from './agent';
import { aider } from './aider/launch';
import { claude } from './claude/launch';
import { codex } from './codex/launch';
import { copilot } from './copilot/launch';
import { customAgent } from './custom/launch';
import { demo } from './demo/launch';
import { AgentError } from './errors';
import { gemini } from './gemini/launch';
import { human } from './human/launch';
import { opencode } from './opencode/launch';

const builtIn: readonly Agent[] = [claude, codex, gemini, copilot, opencode, aider, demo, human];

/** The built-in agents, then the user's own in the order of the settings. */
export function allAgents(settings: Settings): Agent[] {
  const names = new Set(builtIn.map((agent) => agent.name));
  const own = Object.entries(settings.customAgents).filter(([name]) => !names.has(name));
  return [...builtIn, ...own.map(([name, command]) => customAgent(name, command))];
}

/** @throws AgentError `unknown-agent` */
export function agentByName(name: string, settings: Settings): Agent {
  const agents = allAgents(settings);
  const found = agents.find((agent) => agent.name === name);
  if (found !== undefined) return found;
  const known = agents.map((agent) => agent.name).join(', ');
  throw new AgentError(
    'unknown-agent',
    `There is no agent called ${JSON.stringify(name)}: use one of ${known}, or define it in the setting "switchyard.customAgents".`,
    name,
  );
}
