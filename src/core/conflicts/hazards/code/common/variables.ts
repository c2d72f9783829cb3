import type { Node } from 'web-tree-sitter';
import type { Variable } from '../../facts';
import type { Typed } from './found';

/** Names that a node binds, and their type as it is written or as it follows from what they are given. */
export interface Binding {
  readonly names: readonly string[];
  readonly type: string;
}

/** By the type of the node. */
export type BindingRules = Readonly<Record<string, (node: Node, text: string) => readonly Binding[]>>;

/** Variables whose type a file says, each once for each type. */
export function readVariables(nodes: readonly Typed[], text: string, rules: BindingRules): Variable[] {
  const found = new Map<string, Variable>();
  for (const { node, type: kind } of nodes) {
    for (const { names, type } of rules[kind]?.(node, text) ?? []) {
      const named = typeName(type);
      if (named === null) continue;
      for (const name of names) found.set(`${name} ${named}`, { name, type: named });
    }
  }
  return [...found.values()];
}

/** Whose members are those of what they hold. */
const transparent = /^(?:[\w.:]*\b)?(?:Box|Rc|Arc|Optional|Final|Annotated|ClassVar)[<[](.*)[>\]]$/;

/** `text.Parser` of `*text.Parser`, `&mut text::Parser<'a>`, `Optional[text.Parser]`, `Parser | None`; null: no name. */
function typeName(type: string): string | null {
  const bare = type
    .replace(/\s*\|\s*None$|^None\s*\|\s*/, '')
    .replace(/^(?:[*&]|'\w+ |mut |dyn |impl |final |\s)+/, '')
    .trim();
  const inside = transparent.exec(bare)?.[1];
  if (inside !== undefined) return typeName(inside.split(',')[0] ?? '');
  return /^([\p{ID_Start}_][\p{ID_Continue}.:]*)\s*(?:[<[].*)?$/su.exec(bare)?.[1] ?? null;
}
