import { textOf } from '../common/compact';
import type { Node } from '../tree';

/** Others may use it: `pub` of any reach, as those whom it reaches are in the same repository. */
export function isVisible(node: Node, text: string): boolean {
  const modifier = node.namedChildren.find(({ type }) => type === 'visibility_modifier');
  return modifier !== undefined && !/\bself\b/.test(textOf(modifier, text));
}
