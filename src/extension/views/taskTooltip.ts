import type { TaskRow } from '../../contract/json';
import { figureWord } from '../costs/costWords';
import { age, day, escapeMarkdown, size, type Translate } from '../words';
import type { Partners } from './partners';
import { partnerFacts } from './partnerWords';
import { conditionWord, nextWord, stateWord } from './stateWords';

const shortCommit = 9;
const maxNames = 6;
/** A worktree has ten ports. */
const lastPort = 9;

/** The facts of a task as Markdown: what it is in, since when, and what git says. */
export function taskTooltip(
  row: TaskRow,
  o: { here: boolean | null; partners?: Partners | undefined; now: Date; t: Translate },
): string {
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
  lines.push(...partnerFacts(o.partners, t), '---', ...gitFacts(row, t));
  const worktree = [...readyFacts(row, t), ...archiveFacts(row, t)];
  if (worktree.length > 0) lines.push('---', ...worktree);
  lines.push('---', ...agentFacts(row, o.here, t));
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

/** The names of a list, or the first of a long one. */
function some(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, maxNames).map(escapeMarkdown);
  return names.length > maxNames ? t('{0} and {1} more', shown.join(', '), names.length - maxNames) : shown.join(', ');
}

/** Money and tokens, or tokens alone where nothing has a price. */
function costWord({ usd, costAtLeast: atLeast }: TaskRow, tokens: number, t: Translate): string {
  const used = figureWord(t, { usd: null, tokens, atLeast });
  return usd === null ? used : `${figureWord(t, { usd, tokens, atLeast })} · ${used}`;
}

/** What makes the worktree ready to work in: what was brought along, its ports, its set-up, its app. */
function readyFacts(row: TaskRow, t: Translate): string[] {
  const facts: string[] = [];
  if (row.adopted) facts.push(t('Adopted: branch or worktree were made elsewhere'));
  if (row.ready !== null) {
    const { copied, leftOut } = row.ready;
    if (copied.length > 0) facts.push(fact(t('Copied along'), some(copied, t)));
    for (const { path, why } of leftOut.slice(0, maxNames)) {
      facts.push(t('Left out: {0} ({1})', escapeMarkdown(path), escapeMarkdown(why)));
    }
    if (leftOut.length > maxNames) facts.push(t('{0} more were left out', leftOut.length - maxNames));
  }
  if (row.worktree !== null && row.port !== null) facts.push(fact(t('Ports'), `${row.port}–${row.port + lastPort}`));
  if (row.worktree !== null && row.setup !== null) facts.push(fact(t('Set-up'), setupWord(row.setup, t)));
  if (row.app !== null) facts.push(fact(t('App'), escapeMarkdown(row.app.url)));
  return facts;
}

function setupWord(setup: NonNullable<TaskRow['setup']>, t: Translate): string {
  if (setup.skipped) return t('skipped by a human');
  const failed = setup.commands.find(({ exit }) => exit !== 0);
  if (failed !== undefined) {
    const command = escapeMarkdown(failed.command);
    return failed.exit === null
      ? t('{0} was interrupted', command)
      : t('{0} failed with exit code {1}', command, failed.exit);
  }
  const { length } = setup.commands;
  return setup.exit === 0 ? (length === 1 ? t('1 command ran') : t('{0} commands ran', length)) : t('interrupted');
}

/** What can be restored. */
function archiveFacts(row: TaskRow, t: Translate): string[] {
  return row.archives.map(({ at, expires, bytes }) =>
    bytes === null
      ? t('Kept from {0} until {1}', day(at), day(expires))
      : t('Kept from {0} until {1}: {2}', day(at), day(expires), size(bytes)),
  );
}

function agentFacts(row: TaskRow, here: boolean | null, t: Translate): string[] {
  const { agent } = row;
  const name = agent.model === null ? agent.name : `${agent.name} (${agent.model})`;
  const facts = [fact(t('Agent'), escapeMarkdown(name))];
  if (row.runner !== null) {
    const place = here === true ? t('in this window') : (agent.window ?? t('in another window or terminal'));
    facts.push(fact(t('Runs'), here === true ? place : escapeMarkdown(place)));
  }
  if (row.tokens !== null) facts.push(fact(t('Cost (estimate)'), escapeMarkdown(costWord(row, row.tokens, t))));
  if (agent.session !== null) facts.push(fact(t('Session'), escapeMarkdown(agent.session)));
  if (row.scope.length > 0) facts.push(fact(t('Scope'), row.scope.map(escapeMarkdown).join(', ')));
  if (row.dependsOn.length > 0) facts.push(fact(t('Depends on'), row.dependsOn.map(escapeMarkdown).join(', ')));
  if (row.after.length > 0) facts.push(fact(t('Merged after'), row.after.map(escapeMarkdown).join(', ')));
  if (row.rivals !== null) facts.push(t('One of several rivals on the same prompt'));
  return facts;
}
