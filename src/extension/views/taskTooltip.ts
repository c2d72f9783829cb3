import type { TaskRow } from '../../contract/json';
import { age, escapeMarkdown, type Translate } from '../words';
import { conditionWord, nextWord, stateWord } from './stateWords';

const shortCommit = 9;

/** The facts of a task as Markdown: what it is in, since when, and what git says. */
export function taskTooltip(row: TaskRow, o: { here: boolean | null; now: Date; t: Translate }): string {
  const { t, now } = o;
  const lines = [`**${escapeMarkdown(row.title === '' ? row.task : row.title)}**`];
  lines.push(row.since === null ? stateWord(t, row.state) : `${stateWord(t, row.state)} · ${age(t, row.since, now)}`);
  for (const condition of row.conditions) {
    const said = t('{0} says, {1}', escapeMarkdown(condition.source), age(t, condition.since, now));
    lines.push(`**${conditionWord(t, condition.kind)}**: ${escapeMarkdown(condition.reason)} *(${said})*`);
  }
  const next = nextWord(t, row.next);
  if (next !== '') lines.push(t('Next: {0}', next));
  if (row.held !== null) lines.push(t('Held: {0}', escapeMarkdown(row.held)));
  lines.push('---', ...gitFacts(row, t), '---', ...agentFacts(row, o.here, t));
  return lines.join('\n\n');
}

function fact(name: string, value: string): string {
  return `${name}: ${value}`;
}

function gitFacts(row: TaskRow, t: Translate): string[] {
  if (row.branch === null && row.worktree === null) return [t('No branch and no worktree yet')];
  const unknown = t('not known yet');
  const facts = [fact(t('Branch'), row.branch === null ? unknown : escapeMarkdown(row.branch))];
  const ahead =
    row.ahead === null || row.behind === null ? '' : ` (${t('{0} ahead, {1} behind', row.ahead, row.behind)})`;
  facts.push(fact(t('Base'), row.base === null ? unknown : `${escapeMarkdown(row.base)}${ahead}`));
  facts.push(fact(t('Head'), row.head === null ? unknown : escapeMarkdown(row.head.slice(0, shortCommit))));
  facts.push(fact(t('Changed files'), row.changedFiles === null ? unknown : String(row.changedFiles)));
  facts.push(fact(t('Worktree'), row.worktree === null ? t('none yet') : escapeMarkdown(row.worktree)));
  return facts;
}

function agentFacts(row: TaskRow, here: boolean | null, t: Translate): string[] {
  const { agent } = row;
  const name = agent.model === null ? agent.name : `${agent.name} (${agent.model})`;
  const facts = [fact(t('Agent'), escapeMarkdown(name))];
  if (row.runner !== null) {
    const place = here === true ? t('in this window') : (agent.window ?? t('in another window or terminal'));
    facts.push(fact(t('Runs'), here === true ? place : escapeMarkdown(place)));
  }
  if (agent.session !== null) facts.push(fact(t('Session'), escapeMarkdown(agent.session)));
  if (row.scope.length > 0) facts.push(fact(t('Scope'), row.scope.map(escapeMarkdown).join(', ')));
  if (row.dependsOn.length > 0) facts.push(fact(t('Depends on'), row.dependsOn.map(escapeMarkdown).join(', ')));
  if (row.after.length > 0) facts.push(fact(t('Merged after'), row.after.map(escapeMarkdown).join(', ')));
  if (row.rivals !== null) facts.push(t('One of several rivals on the same prompt'));
  return facts;
}
