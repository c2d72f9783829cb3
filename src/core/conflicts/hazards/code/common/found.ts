import type { CodeFacts } from '../../facts';
import type { Node } from '../tree';
import { Marks } from './marks';
import { usesOf } from './uses';

export interface Typed {
  readonly node: Node;
  readonly type: string;
}

/** The nodes of a tree that tell of its names, in the order of the text. */
export interface Found {
  readonly names: readonly Node[];
  readonly others: readonly Typed[];
}

/** What is to be marked at a node. */
export type Visit = (node: Node, marks: Marks, text: string) => void;

/** How the names of a language are told. */
export interface NameRules {
  /** Types of nodes that are names. */
  readonly names: readonly string[];
  readonly visits: Readonly<Record<string, Visit>>;
  /** A name is bound in all of its scope, not from its declaration on. */
  readonly hoists: boolean;
  /** Names that the language itself gives. */
  readonly unsaid: ReadonlySet<string>;
  /** The type of what a call by this name makes: `Parser::new` makes a `Parser`; null: not known. */
  readonly madeBy: (called: string) => string | null;
}

/** All at once: each walk through a tree costs nearly as much as parsing it. */
export function findNodes(root: Node, rules: NameRules): Found {
  const isName = new Set(rules.names);
  const names: Node[] = [];
  const others: Typed[] = [];
  for (const node of root.descendantsOfType([...rules.names, ...Object.keys(rules.visits)])) {
    const { type } = node;
    if (isName.has(type)) names.push(node);
    else others.push({ node, type });
  }
  return { names, others };
}

/**
 * The names of other places that a file uses, and its own, with the types of what they are asked of.
 * @param own names that the file declares or imports
 */
export function readUses(
  found: Found,
  text: string,
  rules: NameRules,
  own: ReadonlySet<string>,
): Required<Pick<CodeFacts, 'uses' | 'variables'>> {
  const marks = new Marks(text, rules.hoists);
  for (const { node, type } of found.others) {
    marks.moveTo(node.startIndex);
    rules.visits[type]?.(node, marks, text);
  }
  const isUnsaid = (name: string) => rules.unsaid.has(name) && !own.has(name);
  return { uses: usesOf(found.names, text, marks, { isUnsaid, madeBy: rules.madeBy }), variables: marks.variables };
}
