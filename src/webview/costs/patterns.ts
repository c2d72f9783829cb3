const namespace = 'http://www.w3.org/2000/svg';

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/** What is drawn over a series' colour, so that the colour is not all that tells it: on tiles of 8 × 8. */
const inks: readonly (readonly [string, string])[] = [
  ['0', ''],
  ['1', 'M-2 2L2-2M0 8L8 0M6 10L10 6'],
  ['2', 'M2 2h1v1h-1zM6 6h1v1h-1z'],
  ['3', 'M-2 6L2 10M0 0L8 8M6-2L10 2'],
  ['4', 'M0 2H8M0 6H8'],
  ['5', 'M4 0V8M0 4H8'],
  ['others', 'M1 5h1v1h-1zM5 1h1v1h-1z'],
];

/** The patterns of a chart by the id `pattern-<series>`; colours are the style sheet's. */
export function patterns(): SVGElement {
  const all = svg('defs');
  for (const [name, ink] of inks) {
    const pattern = svg('pattern', { id: `pattern-${name}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' });
    pattern.append(svg('rect', { width: 8, height: 8, class: `series-${name}` }));
    if (ink !== '') pattern.append(svg('path', { d: ink, class: 'ink' }));
    all.append(pattern);
  }
  return all;
}
