import { textOf } from '../common/compact';
import type { Node } from '../tree';

/** The type that an `impl` is for, without arguments and modules; '': none with a name. */
export function ownerOf(impl: Node, text: string): string {
  const type = impl.childForFieldName('type');
  const named = type?.type === 'generic_type' ? type.childForFieldName('type') : type;
  return /(?:^|::)(\w+)$/u.exec(textOf(named ?? null, text))?.[1] ?? '';
}
