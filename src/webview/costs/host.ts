import { type CostGrouping, costGroupings } from '../../contract/usage';
import {
  type CostColumn,
  type CostPeriod,
  type CostsFigure,
  type CostsPageState,
  type CostsView,
  costColumns,
  costPeriods,
  firstCostsView,
  firstRows,
  type ToCosts,
} from '../../protocol/costs';
import { isNumber, isRecord, isText } from '../shared/host';

/**
 * The message, if it is one of ours. What is inside of a snapshot was made by the host of the same build; that its
 * parts are there is looked at, so that a stray message of someone else's shows nothing.
 */
export function toCosts(data: unknown): ToCosts | null {
  if (!isRecord(data)) return null;
  if (data.kind === 'focus') return { kind: 'focus' };
  if (data.kind === 'look') return isRecord(data.view) ? { kind: 'look', view: viewOf(data.view) } : null;
  if (data.kind !== 'snapshot' || !isRecord(data.snapshot)) return null;
  const { now, repositories, empty, costs } = data.snapshot;
  const fits = isText(now) && Array.isArray(repositories) && (empty === null || isRecord(empty)) && isCosts(costs);
  return fits ? (data as unknown as ToCosts) : null;
}

function isCosts(value: unknown): boolean {
  if (value === null) return true;
  if (!isRecord(value)) return false;
  const { view, total, chart, plans, rows, categories, mismatches, estimates, budgets, quotas } = value;
  const lists = [plans, rows, categories, mismatches, estimates, budgets, quotas, value.unpriced, value.skipped];
  return [view, total, chart].every(isRecord) && lists.every(Array.isArray);
}

const isOneOf = <T extends string>(all: readonly T[], value: unknown): value is T => all.some((one) => one === value);

/** Where the reader was, as far as what was kept can be read; another build may have kept it. */
export function pageState(kept: unknown): CostsPageState {
  const { repository, view, scroll, chartTokens } = isRecord(kept) ? kept : {};
  return {
    repository: isText(repository) ? repository : null,
    view: isRecord(view) ? viewOf(view) : firstCostsView,
    scroll: isNumber(scroll) ? scroll : 0,
    chartTokens: chartTokens === true,
  };
}

function viewOf({ by, period, plan, sort, rows, figure }: Record<string, unknown>): CostsView {
  const { column, descending } = isRecord(sort) ? sort : {};
  return {
    by: isOneOf<CostGrouping>(costGroupings, by) ? by : firstCostsView.by,
    period: isOneOf<CostPeriod>(costPeriods, period) ? period : firstCostsView.period,
    plan: isText(plan) ? plan : null,
    sort: isOneOf<CostColumn>(costColumns, column) ? { column, descending: descending === true } : firstCostsView.sort,
    rows: isNumber(rows) && rows >= firstRows ? Math.min(5000, Math.floor(rows)) : firstRows,
    figure: isRecord(figure) ? figureOf(figure) : null,
  };
}

function figureOf(kept: Record<string, unknown>): CostsFigure {
  return Object.fromEntries(
    costGroupings.flatMap((by) => {
      const key = kept[by];
      return isText(key) ? [[by, key]] : [];
    }),
  );
}
