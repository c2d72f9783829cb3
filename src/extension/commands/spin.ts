import * as vscode from 'vscode';
import { type KnownAgent, knownAgents, type TaskRef } from '../../contract/plan';
import type { Prepared } from '../../core/tasks/dispatch';
import { orTold, tell } from '../messages';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { readDispatchPlace, readSettings } from '../settings';
import { agentsOf, targetOf } from '../target';
import { oneLine } from '../words';
import { withBudgetConsent } from './budgetConsent';
import type { Services } from './services';

const agentsKey = 'spin.agents';
/** A prompt that was typed and came to nothing; the next box offers it. */
const promptKey = 'spin.prompt';

const titles: Readonly<Record<KnownAgent, string>> = {
  claude: 'Claude Code',
  codex: 'Codex',
  gemini: 'Gemini CLI',
  copilot: 'Copilot CLI',
  opencode: 'opencode',
  aider: 'aider',
  demo: 'Demo agent',
  human: 'Human',
};

function titleOf(agent: string): string {
  return titles[agent as KnownAgent] ?? oneLine(agent);
}

/** The agents of the last spin in this workspace, else the one of the settings. */
function lastAgents(memory: vscode.Memento): readonly string[] {
  const last = memory.get<readonly string[]>(agentsKey) ?? [];
  return last.length === 0 ? [readSettings().defaultAgent] : last;
}

interface Answer {
  readonly prompt: string;
  readonly agents: readonly string[];
}

/**
 * One box, one prompt, Enter: a task, a branch, a worktree and a running agent. Nothing is waited for before the box
 * is there; the repository may still be opening behind it.
 */
export async function spin(services: Services, argument: unknown): Promise<void> {
  const { repositories } = services;
  // Known already to be impossible: said before the prompt is typed.
  if (repositories.all.length === 0 && repositories.emptiness !== 'loading') await services.choose.session(null);
  const named = agentsOf(argument);
  const answer = await ask(services, named ?? lastAgents(services.memory));
  if (answer === null) return;
  // What a walkthrough names for one time is no choice to remember.
  if (named === null) await services.memory.update(agentsKey, answer.agents);
  await services.memory.update(promptKey, answer.prompt);
  const session = await services.choose.session(targetOf(argument));
  await withViewProgress(() => start(services, session, answer));
}

async function start(services: Services, session: RepositorySession, answer: Answer): Promise<void> {
  const { tasks } = session.repository;
  let refs: readonly TaskRef[] = [];
  const onTasks = (made: readonly TaskRef[]) => {
    refs = made;
    // From here on the prompt is in a task's file, whatever happens to the rest.
    void services.memory.update(promptKey, undefined);
  };
  const again = () => tasks.prepareAll(refs, { override: true, rivals: refs.length > 1 ? refs[0]?.task : undefined });
  try {
    const prepared = await withBudgetConsent(
      () => namesOf(refs),
      (override) => (override ? again() : tasks.spin(answer.prompt, { agents: [...answer.agents], onTasks })),
    );
    await launch(services, session, prepared);
  } catch (error) {
    const { TaskError } = await import('../core');
    if (!TaskError.is(error) || error.hold === null || refs.length === 0) throw error;
    tell('warning', vscode.l10n.t('{0} is held: {1}.', namesOf(refs).join(', '), oneLine(error.hold.reason)), {
      label: vscode.l10n.t('Dispatch Anyway'),
      run: () => orTold(services.log, () => withViewProgress(async () => launch(services, session, await again()))),
    });
  }
}

function namesOf(refs: readonly TaskRef[]): string[] {
  return refs.map(({ plan, task }) => `${plan}/${task}`);
}

async function launch(services: Services, session: RepositorySession, prepared: readonly Prepared[]): Promise<void> {
  const place = readDispatchPlace(session.folders[0]?.folder.uri);
  for (const [index, each] of prepared.entries()) {
    const group = prepared.length === 1 ? 'alone' : index === 0 ? 'first' : 'next';
    await services.launcher.start(session, each, place, { group });
  }
  const [first] = prepared;
  if (first !== undefined) await services.views.reveal(session.id, first.ref.plan, first.ref.task);
}

/** The box; null when the user leaves it. */
function ask(services: Services, first: readonly string[]): Promise<Answer | null> {
  return new Promise((resolve) => {
    let agents = first;
    let choosing = false;
    const box = vscode.window.createInputBox();
    const button: vscode.QuickInputButton = {
      iconPath: new vscode.ThemeIcon('organization'),
      tooltip: vscode.l10n.t('Choose Agents (several work on the prompt as rivals)'),
    };
    const describe = () => {
      const names = agents.map(titleOf).join(' + ');
      box.title = vscode.l10n.t('Spin {0} on {1}', names, baseName(services));
    };
    describe();
    box.placeholder = vscode.l10n.t('What should the agent do?');
    box.prompt = vscode.l10n.t('It gets a branch and a worktree of its own.');
    box.ignoreFocusOut = true;
    const lost = services.memory.get<string>(promptKey) ?? '';
    box.value = lost;
    box.valueSelection = [0, lost.length];
    box.buttons = [button];
    const repositories = services.repositories.onDidChange(describe);
    const finish = (answer: Answer | null) => {
      resolve(answer);
      repositories.dispose();
      box.dispose();
    };
    box.onDidTriggerButton(async () => {
      choosing = true;
      const chosen = await pickAgents(agents);
      choosing = false;
      if (chosen !== null && chosen.length > 0) agents = chosen;
      describe();
      box.show();
    });
    box.onDidChangeValue(() => {
      box.validationMessage = undefined;
    });
    box.onDidAccept(() => {
      const prompt = box.value.trim();
      if (prompt === '') box.validationMessage = vscode.l10n.t('Say what should be done.');
      else finish({ prompt, agents });
    });
    box.onDidHide(() => {
      if (!choosing) finish(null);
    });
    box.show();
  });
}

/** The base is the default branch; its name is known once the repository was looked at. */
function baseName(services: Services): string {
  for (const session of services.repositories.all) {
    const main = session.worktrees.find((worktree) => worktree.main);
    if (main?.branch != null) return oneLine(main.branch);
  }
  return vscode.l10n.t('the default branch');
}

/** Several agents on one prompt are rivals. Null when the user leaves it. */
async function pickAgents(now: readonly string[]): Promise<readonly string[] | null> {
  const names = [...knownAgents, ...Object.keys(readSettings().customAgents)];
  const items = [...new Set(names)].map((name) => ({
    label: titleOf(name),
    description: name,
    picked: now.includes(name),
    name,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Agents for this prompt'),
    placeHolder: vscode.l10n.t('Several agents work on the same prompt as rivals'),
  });
  return chosen?.map((item) => item.name) ?? null;
}
