/**
 * Fills an element anew, when what it shows is something else than before. The keyboard stays on the control with the
 * same `data-key`; what was opened (`details`) stays open.
 */
export function redraw(parent: HTMLElement, data: unknown, draw: () => readonly Node[]): void {
  const said = JSON.stringify(data);
  if (shown.get(parent) === said) return;
  shown.set(parent, said);
  const active = document.activeElement;
  const key = active instanceof HTMLElement && parent.contains(active) ? active.dataset.key : undefined;
  const open = new Set([...parent.querySelectorAll('details')].filter((each) => each.open).map(keyOf));
  parent.replaceChildren(...draw());
  for (const details of parent.querySelectorAll('details')) if (open.has(keyOf(details))) details.open = true;
  if (key === undefined) return;
  [...parent.querySelectorAll<HTMLElement>('[data-key]')].find((each) => keyOf(each) === key)?.focus();
}

const shown = new WeakMap<HTMLElement, string | undefined>();

function keyOf(element: HTMLElement): string | undefined {
  return element.dataset.key;
}
