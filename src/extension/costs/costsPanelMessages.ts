import * as z from 'zod/mini';
import { costGroupings } from '../../contract/usage';
import { type CostsView, costColumns, costPeriods, costsActions, type FromCosts } from '../../protocol/costs';

const name = z.string().check(z.maxLength(4096));

const figure = z.object({
  task: z.optional(name),
  type: z.optional(name),
  model: z.optional(name),
  agent: z.optional(name),
  session: z.optional(name),
  day: z.optional(name),
  week: z.optional(name),
});

const view = z.object({
  by: z.enum(costGroupings),
  period: z.enum(costPeriods),
  plan: z.nullable(name),
  sort: z.object({ column: z.enum(costColumns), descending: z.boolean() }),
  rows: z.int().check(z.minimum(1), z.maximum(20_000)),
  figure: z.nullable(figure),
}) satisfies z.ZodMiniType<CostsView>;

const schema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('refresh') }),
  z.object({ kind: z.literal('remedy') }),
  z.object({ kind: z.literal('view'), view }),
  z.object({ kind: z.literal('chooseRepository'), repository: name }),
  z.object({ kind: z.literal('action'), action: z.enum(costsActions) }),
  z.object({ kind: z.literal('openFile'), file: name, line: z.nullable(z.int().check(z.minimum(1))) }),
]) satisfies z.ZodMiniType<FromCosts>;

/** The message, if it is one of the panel's; null otherwise. */
export function fromCosts(message: unknown): FromCosts | null {
  const parsed = schema.safeParse(message);
  return parsed.success ? parsed.data : null;
}

/** What a panel showed before the window was reloaded. */
export function keptCosts(state: unknown): { readonly repository: string | null; readonly view: CostsView | null } {
  const parsed = z.object({ repository: z.nullable(name), view }).safeParse(state);
  return parsed.success ? parsed.data : { repository: null, view: null };
}
