import type { CostGrouping, CostJson, CostRow } from '../../contract/usage';
import type { CostState } from '../../core/tasks/usage/parts';
import type { UsageBucket } from '../../core/usage/parts';
import { type CostNaming, costRows, ownerName, totalOf } from '../../core/usage/sums';

const tokenColumns = [
  'input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'cache_read_tokens',
] as const;

type Cell = string | number | null;

/** What a table shows, as `cost --json` tells it. */
export function costJson(
  state: CostState,
  buckets: readonly UsageBucket[],
  by: CostGrouping,
  naming: CostNaming,
): CostJson {
  const { skipped, quotas } = state.usage;
  return {
    rows: costRows(buckets, by, naming),
    total: totalOf(buckets, naming),
    pricesAsOf: state.pricesAsOf,
    skipped,
    quotas,
  };
}

/** The rows of a table as CSV (RFC 4180), one line each. */
export function rowsCsv({ rows, pricesAsOf }: CostJson, by: CostGrouping): string {
  const head = [by, 'usd_estimate', 'at_least', ...tokenColumns, 'sessions', 'agents', 'models', 'unpriced'];
  return csv([
    [...head, 'prices_as_of'],
    ...rows.map((row) => [
      row.key,
      row.usd,
      yesNo(row.atLeast),
      ...tokenCells(row),
      row.sessions,
      ...[row.agents, row.models, row.unpriced].map((names) => names.join(' ')),
      pricesAsOf,
    ]),
  ]);
}

/** The finest figures there are as CSV: what one session used on one day of one model. */
export function bucketsCsv(buckets: readonly UsageBucket[], naming: CostNaming, pricesAsOf: string): string {
  const head = ['task', 'type', 'day', 'agent', 'session', 'model', 'usd_estimate', ...tokenColumns];
  return csv([
    [...head, 'answers', 'priced_answers', 'source', 'prices_as_of'],
    ...buckets.map((bucket) => [
      ownerName(bucket.owner),
      bucket.owner.kind === 'task' ? naming.typeOf(bucket.owner.ref) : null,
      bucket.day,
      bucket.agent,
      bucket.session,
      bucket.model,
      bucket.priced === 0 ? null : bucket.usd,
      ...tokenCells(bucket),
      bucket.answers,
      bucket.priced,
      bucket.source,
      pricesAsOf,
    ]),
  ]);
}

function tokenCells({ tokens }: Pick<CostRow, 'tokens'>): Cell[] {
  const { input, output, reasoning, cacheWrite5m, cacheWrite1h, cacheRead } = tokens;
  return [input, output, reasoning, cacheWrite5m, cacheWrite1h, cacheRead];
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function csv(lines: readonly (readonly Cell[])[]): string {
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/**
 * One cell. A text that a spreadsheet would take for a formula is made one by an apostrophe before it (OWASP, "CSV
 * injection"): names of models, sessions and tasks come from files that anybody may have written.
 */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? plainNumber(cell) : '';
  const text = /^\s*[=+\-@|%\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n;\t']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Without an exponent, which not every reader takes. */
function plainNumber(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(9).replace(/0+$/, '').replace(/\.$/, '');
}
