import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import { needsHuman } from '../../core/tasks/stateTable';
import { commandIds } from '../contributions';
import { openInNewWindow, windowIdentity } from '../folders';
import { tell } from '../messages';
import { withViewProgress } from '../progress';
import { ownTask } from '../status/attentionItem';
import { refOf, targetOf } from '../target';
import { hasFailedSetup, isReady, isStartable } from '../views/taskFlags';
import { nameOf } from '../words';
import { withBudgetConsent } from './budgetConsent';
import type { TaskChoice } from './chooseTarget';
import { dispatchTask } from './dispatch';
import type { Services } from './services';

/** VS Code brings the terminals of a window back some seconds after its start, the later the busier the machine is. */
const lateTerminalMs = 20_000;

const isRunning = (row: TaskRow) => row.runner !== null;

/** Shows the agent's terminal; when it is in another window, offers to go there or to move the agent here. */
export async function openAgentTerminal(services: Services, argument: unknown): Promise<void> {
  const choice = await services.choose.task(
    targetOf(argument),
    (row) => isRunning(row) || isStartable(row),
    vscode.l10n.t('Show whose terminal?'),
  );
  const { session, row } = choice;
  const pid = row.runner ?? (row.worktree === null ? null : services.terminals.lastRunner(row.worktree));
  // Only a terminal of this window can still come; what runs elsewhere is said at once.
  const waitMs = row.runner !== null && row.agent.window === windowIdentity() ? lateTerminalMs : 0;
  const terminal = pid === null ? null : await withViewProgress(() => services.terminals.find(pid, waitMs));
  if (terminal !== null) {
    terminal.show(false);
    return;
  }
  if (row.runner !== null) return offerElsewhere(services, choice);
  if (!isStartable(row)) throw new Error(vscode.l10n.t('{0} has no agent yet: dispatch it first.', nameOf(row)));
  tell('info', vscode.l10n.t('No agent runs for {0}.', nameOf(row)), {
    label: vscode.l10n.t('Start Agent Here'),
    run: () => startHere(services, { session, row }),
  });
}

/** The folder of the window that an agent lives in, when that is another window than this one. */
function otherWindow(row: TaskRow): string | null {
  const { window } = row.agent;
  return window === null || window === windowIdentity() ? null : window;
}

async function offerElsewhere(services: Services, choice: TaskChoice): Promise<void> {
  const name = nameOf(choice.row);
  const there = otherWindow(choice.row);
  const go = vscode.l10n.t('Go There');
  const move = vscode.l10n.t('Move Here');
  const sentence =
    there === null
      ? vscode.l10n.t('The agent of {0} runs outside this window (process {1}).', name, choice.row.runner ?? 0)
      : vscode.l10n.t('The agent of {0} runs in the window of {1}.', name, there);
  const buttons = there === null ? [move] : [go, move];
  const chosen = await vscode.window.showInformationMessage(sentence, ...buttons);
  if (chosen === go && there !== null) await openInNewWindow(there);
  if (chosen === move) await moveAgentHere(services, { plan: choice.row.plan, task: choice.row.task });
}

/** Ends the agent where it runs, after asking, and goes on with its session here. */
export async function moveAgentHere(services: Services, argument: unknown): Promise<void> {
  const choice = await services.choose.task(targetOf(argument), isRunning, vscode.l10n.t('Move which agent here?'));
  const { row } = choice;
  if (row.runner !== null && (await services.terminals.find(row.runner, 0)) !== null) {
    return openAgentTerminal(services, argument);
  }
  if (row.runner !== null) {
    const move = vscode.l10n.t('End and Move');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t('End the agent of {0} where it runs and go on with its session in this window?', nameOf(row)),
      {
        modal: true,
        detail: vscode.l10n.t('What it is doing at this moment is interrupted. Its files stay as they are.'),
      },
      move,
    );
    if (chosen !== move) return;
  }
  await withViewProgress(async () => {
    await stop(choice);
    await startHere(services, choice);
  });
}

async function stop({ session, row }: TaskChoice): Promise<'none' | 'stopped'> {
  const { stopAgent: stopRunner } = await import('../core');
  const result = await stopRunner(session.repository.store, row);
  if (result !== 'still-running') return result;
  throw new Error(vscode.l10n.t('The agent of {0} does not end: end it in its terminal.', nameOf(row)));
}

async function startHere(
  services: Services,
  { session, row }: TaskChoice,
  o: { skipSetup?: boolean } = {},
): Promise<void> {
  const prepared = await withBudgetConsent(
    () => [nameOf(row)],
    (override) => session.repository.tasks.prepare(refOf(row), { override }),
  );
  await services.launcher.start(session, prepared, 'terminal', { ...o });
}

/** Starts the agent of a task whose set-up failed, as the human says that it can work all the same. */
export async function startWithoutSetup(services: Services, argument: unknown): Promise<void> {
  const choice = await services.choose.task(
    targetOf(argument),
    (row) => hasFailedSetup(row) && isStartable(row),
    vscode.l10n.t('Start which agent without its set-up?'),
  );
  await withViewProgress(() => startHere(services, choice, { skipSetup: true }));
}

export async function stopAgent(services: Services, argument: unknown): Promise<void> {
  const choice = await services.choose.task(targetOf(argument), isRunning, vscode.l10n.t('Stop which agent?'));
  const button = vscode.l10n.t('Stop Agent');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Stop the agent of {0}?', nameOf(choice.row)),
    {
      modal: true,
      detail: vscode.l10n.t('Its worktree stays as it is, and it can be started again with its session.'),
    },
    button,
  );
  if (chosen !== button) return;
  if ((await withViewProgress(() => stop(choice))) === 'none') {
    tell('info', vscode.l10n.t('No agent runs for {0}.', nameOf(choice.row)), null);
  }
}

/** Starts a task's agent (again) in this window; one that runs is ended first, after asking. */
export async function restartAgent(services: Services, argument: unknown): Promise<void> {
  const choice = await services.choose.task(
    targetOf(argument),
    (row) => isRunning(row) || isStartable(row),
    vscode.l10n.t('Start which agent again?'),
  );
  if (isReady(choice.row)) return dispatchTask(services, argument);
  if (isRunning(choice.row)) {
    const button = vscode.l10n.t('End and Start Again');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t('The agent of {0} runs. End it and start it again here?', nameOf(choice.row)),
      { modal: true },
      button,
    );
    if (chosen !== button) return;
  }
  await withViewProgress(async () => {
    await stop(choice);
    await startHere(services, choice);
  });
}

let lastShown: string | null = null;

/** The next task that waits for a human; in a worktree's window, what can be done with its own task. */
export async function nextAttention(services: Services): Promise<void> {
  await services.repositories.whenOpened();
  const own = ownTask(services.repositories);
  if (own !== null) return ownMenu(services, own.row);
  const waiting = services.repositories.all
    .flatMap((session) => session.rows.filter(needsHuman).map((row) => ({ session, row })))
    .sort((a, b) => (a.row.since ?? '').localeCompare(b.row.since ?? ''));
  const keys = waiting.map(({ session, row }) => `${session.id}:${row.plan}/${row.task}`);
  const index = lastShown === null ? 0 : (keys.indexOf(lastShown) + 1) % Math.max(1, keys.length);
  const next = waiting[index];
  if (next === undefined) {
    tell('info', vscode.l10n.t('No task needs you now.'), null);
    return;
  }
  lastShown = keys[index] ?? null;
  const { plan, task } = next.row;
  await services.views.reveal(next.session.id, plan, task);
  if (isRunning(next.row) || next.row.next === 'look-at-failure') await openAgentTerminal(services, { plan, task });
  else await vscode.commands.executeCommand(commandIds.openChanges, { plan, task });
}

async function ownMenu(services: Services, row: TaskRow): Promise<void> {
  const target = { plan: row.plan, task: row.task };
  const items: { label: string; iconPath: vscode.ThemeIcon; run: () => Promise<unknown> | Thenable<unknown> }[] = [];
  if (isRunning(row)) {
    items.push({
      label: vscode.l10n.t('Show Agent Terminal'),
      iconPath: new vscode.ThemeIcon('terminal'),
      run: () => openAgentTerminal(services, target),
    });
  } else if (isStartable(row)) {
    items.push({
      label: vscode.l10n.t('Start Agent Here'),
      iconPath: new vscode.ThemeIcon('play'),
      run: () => restartAgent(services, target),
    });
  }
  items.push(
    {
      label: vscode.l10n.t('Open Changes'),
      iconPath: new vscode.ThemeIcon('diff-multiple'),
      run: () => vscode.commands.executeCommand(commandIds.openChanges, target),
    },
    {
      label: vscode.l10n.t('Go to Main Window'),
      iconPath: new vscode.ThemeIcon('home'),
      run: () => vscode.commands.executeCommand(commandIds.goToMainWindow),
    },
  );
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: nameOf(row) });
  await chosen?.run();
}
