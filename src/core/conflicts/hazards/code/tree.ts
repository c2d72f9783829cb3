import type { Language, Node as ParserNode, Tree } from 'web-tree-sitter';

/**
 * A node of a file's tree. Whatever is asked of the parser is asked once, as each question has to be carried into its
 * memory and costs more than its answer.
 */
export class Node {
  /** In UTF-16 units of the text. */
  readonly startIndex: number;
  /** From 0. */
  readonly row: number;
  readonly #of: NodesOfTree;
  readonly #node: ParserNode;
  #type: string | undefined;
  #endIndex = -1;
  #parent: Node | null | undefined;
  #children: readonly Node[] | undefined;
  #namedChildren: readonly Node[] | undefined;
  #fields: Map<string, Node | null> | undefined;

  /** @param parent undefined: not known yet */
  constructor(of: NodesOfTree, node: ParserNode, parent: Node | null | undefined) {
    this.#of = of;
    this.#node = node;
    this.#parent = parent;
    this.startIndex = node.startIndex;
    this.row = node.startPosition.row;
  }

  /** No other node of the tree has it. */
  get id(): number {
    return this.#node.id;
  }

  get type(): string {
    this.#type ??= this.#node.type;
    return this.#type;
  }

  get endIndex(): number {
    if (this.#endIndex < 0) this.#endIndex = this.#node.endIndex;
    return this.#endIndex;
  }

  get text(): string {
    return this.#of.text.slice(this.startIndex, this.endIndex);
  }

  /** From where this node begins to where a node in it does. */
  textBefore(inner: Node): string {
    return this.#of.text.slice(this.startIndex, inner.startIndex);
  }

  /** Of the grammar that it was read by. */
  get language(): object {
    return this.#of.language;
  }

  /** Rather than a keyword or a mark. */
  get isNamed(): boolean {
    return this.#node.isNamed;
  }

  get isError(): boolean {
    return this.#node.isError;
  }

  /** What the parser has added to go on. */
  get isMissing(): boolean {
    return this.#node.isMissing;
  }

  /** It or anything in it could not be read. */
  get hasError(): boolean {
    return this.#node.hasError;
  }

  get parent(): Node | null {
    if (this.#parent === undefined) this.#parent = this.#of.wrap(this.#node.parent, undefined);
    return this.#parent;
  }

  /** Keywords and marks too. */
  get children(): readonly Node[] {
    this.#children ??= this.#of.wrapAll(this.#node.children, this);
    return this.#children;
  }

  get namedChildren(): readonly Node[] {
    this.#namedChildren ??= this.#of.wrapAll(this.#node.namedChildren, this);
    return this.#namedChildren;
  }

  get firstNamedChild(): Node | null {
    return this.namedChildren[0] ?? null;
  }

  get lastNamedChild(): Node | null {
    return this.namedChildren.at(-1) ?? null;
  }

  get previousSibling(): Node | null {
    return this.#of.wrap(this.#node.previousSibling, this.#parent);
  }

  /** The first child in a field of the grammar's rule for this node. */
  childForFieldName(field: string): Node | null {
    this.#fields ??= new Map();
    const known = this.#fields.get(field);
    if (known !== undefined) return known;
    const id = this.#of.fieldId(field);
    const child = id === null ? null : this.#of.wrap(this.#node.childForFieldId(id), this);
    this.#fields.set(field, child);
    return child;
  }

  childrenForFieldName(field: string): Node[] {
    return this.#of.wrapAll(this.#node.childrenForFieldName(field), this);
  }

  /** In the order of the text, this node among them. */
  descendantsOfType(types: string | string[]): Node[] {
    return this.#of.wrapAll(this.#node.descendantsOfType(types), undefined);
  }
}

/** The nodes of a tree that were looked at: one for each of the parser's, by whichever way it was come to. */
class NodesOfTree {
  readonly #known = new Map<number, Node>();

  constructor(
    readonly language: Language,
    readonly text: string,
  ) {}

  wrap(node: ParserNode | null, parent: Node | null | undefined): Node | null {
    return node === null ? null : this.#wrap(node, parent);
  }

  wrapAll(nodes: readonly ParserNode[], parent: Node | undefined): Node[] {
    return nodes.map((node) => this.#wrap(node, parent));
  }

  /** null: the language has no such field. */
  fieldId(name: string): number | null {
    let ids = fieldIds.get(this.language);
    if (ids === undefined) {
      ids = new Map(this.language.fields.flatMap((field, id) => (field === null ? [] : [[field, id]])));
      fieldIds.set(this.language, ids);
    }
    return ids.get(name) ?? null;
  }

  #wrap(node: ParserNode, parent: Node | null | undefined): Node {
    const known = this.#known.get(node.id);
    if (known !== undefined) return known;
    const made = new Node(this, node, parent);
    this.#known.set(node.id, made);
    return made;
  }
}

const fieldIds = new WeakMap<Language, ReadonlyMap<string, number>>();

/** The root of a tree, of which nothing may be asked after the tree was freed. */
export function rootOf(tree: Tree, text: string): Node {
  const of = new NodesOfTree(tree.language, text);
  return new Node(of, tree.rootNode, null);
}
