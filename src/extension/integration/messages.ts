import * as z from 'zod/mini';
import { answerVerdicts, checklistItemIds } from '../../contract/checklist';
import { cellActionNames, type FromPanel, hazardActionNames } from '../../protocol/integration';

const name = z.string().check(z.maxLength(4096));

const schema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('refresh') }),
  z.object({ kind: z.literal('remedy') }),
  z.object({ kind: z.literal('chooseRepository'), repository: name }),
  z.object({
    kind: z.literal('cellAction'),
    action: z.enum(cellActionNames),
    repository: name,
    a: name,
    b: z.nullable(name),
    file: z.nullable(z.object({ path: name, pathBytes: z.nullable(name) })),
  }),
  z.object({ kind: z.literal('hazardAction'), action: z.enum(hazardActionNames), repository: name, hazard: name }),
  z.object({
    kind: z.literal('answerItem'),
    repository: name,
    plan: name,
    item: z.enum(checklistItemIds),
    verdict: z.enum(answerVerdicts),
    note: name,
  }),
]) satisfies z.ZodMiniType<FromPanel>;

/** The message, if it is one of the panel's; null otherwise. */
export function fromPanel(message: unknown): FromPanel | null {
  const parsed = schema.safeParse(message);
  return parsed.success ? parsed.data : null;
}

/** The repository that a panel showed before the window was reloaded. */
export function keptRepository(state: unknown): string | null {
  const parsed = z.object({ repository: name }).safeParse(state);
  return parsed.success ? parsed.data.repository : null;
}
