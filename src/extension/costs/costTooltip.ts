import type { BudgetUse } from '../../contract/usage';
import { escapeMarkdown, type Translate } from '../words';
import { type CostFigure, figureWord, moneyWord, tokenWord } from './costWords';
import type { ShownCost } from './shownCost';

const maxTasks = 10;
const maxBudgets = 5;
const maxModels = 6;

/** What the item in the status bar says: `$1.23 today · $4.56 plan`. */
export function costText(cost: ShownCost, t: Translate): string {
  const { today, plans, planNames } = cost;
  const said = [today === null ? '' : t('{0} today', figureWord(t, today))];
  if (plans !== null) {
    const figure = figureWord(t, plans);
    said.push(planNames.length === 1 ? t('{0} plan', figure) : t('{0} in {1} plans', figure, planNames.length));
  }
  return said.filter((part) => part !== '').join(' · ');
}

/** Whether a budget is used up. */
export function isOverBudget({ budgets }: ShownCost): boolean {
  return budgets.some(({ level }) => level === 'over');
}

/** The facts behind it as Markdown: a line per task, budgets, and what the figures rest on. */
export function costTooltip(cost: ShownCost, t: Translate): string {
  const parts = [`**${t('Cost of agents (estimate)')}**`, table(cost, t)];
  parts.push(...cost.budgets.slice(0, maxBudgets).map((use) => budgetLine(use, t)));
  if (cost.unpriced.length > 0) parts.push(t('Without a price: {0}', some(cost.unpriced)));
  if (cost.skipped > 0) {
    parts.push(
      cost.skipped === 1 ? t('1 record could not be counted') : t('{0} records could not be counted', cost.skipped),
    );
  }
  if (cost.failure !== null) parts.push(`**${t('Not up to date')}**: ${escapeMarkdown(cost.failure)}`);
  if (cost.pricesAsOf !== '') parts.push(`*${t('Estimate, prices as of {0}', escapeMarkdown(cost.pricesAsOf))}*`);
  return parts.join('\n\n');
}

function table(cost: ShownCost, t: Translate): string {
  const shown = cost.tasks.slice(0, maxTasks);
  const lines = [`| ${t('Task')} | ${t('Tokens')} | ${t('Cost')} |`, '|:--|--:|--:|'];
  lines.push(...shown.map(({ name, figure }) => line(escapeMarkdown(name), figure, t)));
  const more = cost.tasks.length - shown.length;
  if (more > 0) lines.push(`| ${more === 1 ? t('and 1 more task') : t('and {0} more tasks', more)} | | |`);
  if (cost.elsewhere !== null) lines.push(line(t('No task, today'), cost.elsewhere, t));
  if (cost.today !== null) lines.push(line(`**${t('Today')}**`, cost.today, t));
  if (cost.plans !== null) {
    const { planNames } = cost;
    const name = planNames.length === 1 ? t('Plan {0}', escapeMarkdown(planNames[0] ?? '')) : t('Plans in progress');
    lines.push(line(`**${name}**`, cost.plans, t));
  }
  return lines.join('\n');
}

function line(name: string, { tokens, usd, atLeast }: CostFigure, t: Translate): string {
  const money = usd === null ? t('no price') : escapeMarkdown(`${atLeast ? '≥\u00a0' : ''}${moneyWord(usd)}`);
  return `| ${name} | ${atLeast ? '≥\u00a0' : ''}${escapeMarkdown(tokenWord(tokens))} | ${money} |`;
}

function budgetLine({ scope, plan, task, percent, level }: BudgetUse, t: Translate): string {
  const name = escapeMarkdown(scope === 'task' ? `${plan}/${task}` : (plan ?? ''));
  const words = {
    task: () => t('Budget of {0}: {1} % used', name, percent),
    plan: () => t('Budget of plan {0}: {1} % used', name, percent),
    day: () => t("Today's budget: {0} % used", percent),
    week: () => t("This week's budget: {0} % used", percent),
  };
  const said = words[scope]();
  return level === 'over' ? `**${said}**` : said;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, maxModels).map((name) => escapeMarkdown(name.slice(0, 80)));
  return names.length > maxModels ? `${shown.join(', ')}, …` : shown.join(', ');
}
