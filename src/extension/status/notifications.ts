import * as vscode from 'vscode';
import type { TaskRow } from '../../contract/json';
import type { Condition } from '../../contract/states';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { conditionTable } from '../../core/tasks/stateTable';
import { sharedScope } from '../../core/tasks/usage/budgetMarks';
import { commandIds } from '../contributions';
import { windowIdentity } from '../folders';
import { tell } from '../messages';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { conditionWord } from '../views/stateWords';
import { oneLine } from '../words';

/** What is over again at once was no question. */
const settleMs = 500;
const waitOfAgentsWindowMs = 900;
const waitOfOthersMs = 2500;

/**
 * One message for each thing that waits for a human, in one window of all: the focused one, else the agent's own, else
 * any. What was there before this window opened is shown by badge and tree only.
 */
export class Notifications extends DisposableBase {
  readonly #seen = new Set<string>();
  readonly #known = new WeakSet<RepositorySession>();
  readonly #log: Log;

  constructor(repositories: Repositories, log: Log) {
    super();
    this.#log = log;
    this._register(
      repositories.onDidChange(() => {
        for (const session of repositories.all) this.#look(session);
      }),
    );
    this._register(repositories.onDidOpen((session) => this.#known.add(session)));
  }

  #look(session: RepositorySession): void {
    for (const row of session.rows) {
      for (const question of questions(row)) {
        const key = `${session.id}:${question.key}`;
        if (this.#seen.has(key)) continue;
        this.#seen.add(key);
        if (this.#known.has(session)) void this.#notify(session, row, question);
      }
    }
  }

  async #notify(session: RepositorySession, row: TaskRow, question: Question): Promise<void> {
    try {
      await this.#wait(row);
      const now = session.row(row);
      if (this.disposed || now === null) return;
      if (!questions(now).some(({ key }) => key === question.key)) {
        this.#seen.delete(`${session.id}:${question.key}`);
        return;
      }
      const { claimOnce } = await import('../core');
      if (!(await claimOnce(session.repository.store, question.key))) return;
      const remedy = question.isOfBudget
        ? { label: vscode.l10n.t('Set Budget…'), command: commandIds.setBudget }
        : { label: vscode.l10n.t('Show Agent'), command: commandIds.openAgentTerminal };
      tell('warning', question.sentence, {
        label: remedy.label,
        run: () => vscode.commands.executeCommand(remedy.command, question.target),
      });
    } catch (error) {
      this.#log.warn(`A message was not shown: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Windows that are less apt to tell give way for a moment; whoever claims first tells. */
  async #wait(row: TaskRow): Promise<void> {
    const own = row.agent.window === windowIdentity();
    const ms = vscode.window.state.focused ? settleMs : own ? waitOfAgentsWindowMs : waitOfOthersMs;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

interface Question {
  readonly key: string;
  readonly sentence: string;
  /** What its remedy is about: the task, or what several of them share. */
  readonly target: object;
  readonly isOfBudget: boolean;
}

function questions(row: TaskRow): Question[] {
  const name = oneLine(row.title === '' ? row.task : row.title);
  return row.conditions.flatMap((condition) => {
    if (condition.kind === 'near-budget' || condition.kind === 'over-budget') return [ofBudget(row, name, condition)];
    const { human, in: states } = conditionTable[condition.kind];
    return human && states === 'all' ? [ofCondition(row, name, condition)] : [];
  });
}

function ofBudget(row: TaskRow, name: string, condition: Condition): Question {
  const { plan, task } = row;
  const scope = sharedScope(condition);
  const reason = oneLine(condition.reason);
  const about = scope === null ? `${plan}~${task}` : scope === 'plan' ? `plan:${plan}` : scope;
  return {
    key: `${about}:${condition.kind}:${condition.since}`,
    sentence:
      condition.kind === 'near-budget'
        ? vscode.l10n.t('{0}: {1}.', scope === null ? name : vscode.l10n.t('Budget'), reason)
        : vscode.l10n.t(
            '{0}: {1}; no agent starts without your consent.',
            scope === null ? name : vscode.l10n.t('Budget'),
            reason,
          ),
    target: scope === 'day' || scope === 'week' ? { period: scope } : scope === 'plan' ? { plan } : { plan, task },
    isOfBudget: true,
  };
}

function ofCondition(row: TaskRow, name: string, condition: Condition): Question {
  return {
    key: `${row.plan}~${row.task}:${condition.kind}:${condition.since}`,
    sentence: vscode.l10n.t(
      '{0}: {1} ({2})',
      name,
      conditionWord(vscode.l10n.t, condition.kind),
      oneLine(condition.reason),
    ),
    target: { plan: row.plan, task: row.task },
    isOfBudget: false,
  };
}
