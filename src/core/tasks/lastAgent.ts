import type { TaskContext } from './context';

/** The agent (and model) used last in this repository, else the one of the settings. */
export async function lastAgent(context: TaskContext): Promise<{ agent: string; model: string | null }> {
  const { events } = await context.store.events.readRepository();
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i];
    if (event?.kind === 'last-agent') return { agent: event.agent, model: event.model };
  }
  return { agent: context.host.settings().defaultAgent, model: null };
}

/** Remembers what was used; the same again is not written again. */
export async function rememberAgent(context: TaskContext, agent: string, model: string | null): Promise<void> {
  const last = await lastAgent(context);
  const { events } = await context.store.events.readRepository();
  const known = events.some((event) => event.kind === 'last-agent');
  if (known && last.agent === agent && last.model === model) return;
  await context.store.events.appendRepository({ kind: 'last-agent', agent, model });
}
