import type { Declaration } from '../../facts';
import type { Node } from '../tree';
import { readType } from './types';

/** The types of a file and their members, types within them too: `Outer.Inner.parse`. */
export function readDeclarations(root: Node, text: string): Declaration[] {
  return root.namedChildren.flatMap((node) => readType(node, text, null));
}
