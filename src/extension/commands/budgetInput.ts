import type { Budget } from '../../contract/plan';
import type { Translate } from '../words';

const factors: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 };

/**
 * Reads what a person writes for a budget: `$5`, `5 USD`, `200k tokens`, `$2.50, 1.5M tokens`; nothing: no budget.
 * @returns what is wrong with it as a sentence, where it is none
 */
export function parseBudget(text: string, t: Translate): Budget | null | string {
  let usd: number | undefined;
  let tokens: number | undefined;
  for (const part of text.split(/[,;]\s+|\s+and\s+/).map((each) => each.trim())) {
    if (part === '') continue;
    const money = /^(?:\$\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*(?:usd|\$))$/i.exec(part);
    const count = /^(\d+(?:\.\d+)?)\s*([km]?)\s*(?:tokens?|tok)$/i.exec(part);
    if (money !== null && usd === undefined) usd = Number(money[1] ?? money[2]);
    else if (count !== null && tokens === undefined) {
      tokens = Math.round(Number(count[1]) * (factors[(count[2] ?? '').toLowerCase()] ?? 1));
    } else return t('"{0}" is no limit: write $5, 200k tokens, or both with a comma.', part);
  }
  if (usd === undefined && tokens === undefined) return null;
  if (usd === 0 || tokens === 0) return t('A limit is more than 0; leave it empty for none.');
  return { ...(usd === undefined ? {} : { usd }), ...(tokens === undefined ? {} : { tokens }) };
}

/** A budget as `parseBudget` reads it. */
export function budgetText({ usd, tokens }: Budget): string {
  return [usd === undefined ? '' : `$${usd}`, tokens === undefined ? '' : `${tokens} tokens`]
    .filter((part) => part !== '')
    .join(', ');
}
