type Attribute = string | number | boolean | null | undefined;
type Child = Node | string | null;

/** An element with attributes and children; text becomes text, whatever it holds. `true` sets an empty attribute. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Touches the element only where its attribute is another. */
export function setAttribute(on: Element, name: string, value: Attribute): void {
  if (value === null || value === undefined || value === false) {
    if (on.hasAttribute(name)) on.removeAttribute(name);
    return;
  }
  const text = value === true ? '' : String(value);
  if (on.getAttribute(name) !== text) on.setAttribute(name, text);
}

export function setText(on: Element, text: string): void {
  if (on.textContent !== text) on.textContent = text;
}

/** Puts exactly these children in this order, moving as few as possible: what stays keeps its focus. */
export function setChildren(parent: Element, children: readonly Element[]): void {
  const wanted = new Set<Element>(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    const there = parent.children[index];
    if (there !== child) parent.insertBefore(child, there ?? null);
  });
}

/** Gives a select its options, where they are others than before. */
export function fill(select: HTMLSelectElement, options: readonly (readonly [string, string])[], value: string): void {
  const key = JSON.stringify(options);
  if (select.dataset.options !== key) {
    select.dataset.options = key;
    select.replaceChildren(...options.map(([id, label]) => element('option', { value: id }, label)));
  }
  if (select.value !== value) select.value = value;
}
