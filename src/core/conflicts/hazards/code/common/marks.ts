import type { Call, Variable } from '../../facts';
import type { Node } from '../tree';

/** A call, and where it ends. */
export interface CallSite {
  readonly call: Call;
  readonly end: number;
  /** It makes one of the type that is called. */
  readonly makes: boolean;
}

interface Scope {
  readonly start: number;
  readonly end: number;
  readonly binds: boolean;
}

interface Meaning {
  readonly name: string;
  readonly meaning: string;
  readonly from: number;
  readonly to: number;
}

/**
 * What is known of the names of one file, collected in the order of its text: which are bound within a function, which
 * are no uses at all, which are called, and which are of a type that is said.
 */
export class Marks {
  /** Names that are no uses, by where they begin: what is declared, and the names of arguments. */
  readonly skipped = new Set<number>();
  /** By the end of what is called. */
  readonly calls = new Map<number, CallSite>();
  readonly #bound = new Map<string, [from: number, to: number][]>();
  readonly #meanings: Meaning[] = [];
  readonly #variables = new Map<string, Variable>();
  readonly #open: Scope[] = [];
  readonly #text: string;
  readonly #hoists: boolean;

  /** @param hoists a name is bound in all of its scope, not from its declaration on */
  constructor(text: string, hoists: boolean) {
    this.#text = text;
    this.#hoists = hoists;
  }

  /** Leaves the scopes that ended before a place; to be told of every node, in order. */
  moveTo(at: number): void {
    while ((this.#open.at(-1)?.end ?? Number.POSITIVE_INFINITY) <= at) this.#open.pop();
  }

  /** @param binds names are bound in it; otherwise they are members of it */
  enter(node: Node, binds = true): void {
    this.#open.push({ start: node.startIndex, end: node.endIndex, binds });
  }

  skip(node: Node | null): void {
    if (node !== null) this.skipped.add(node.startIndex);
  }

  /** Binds a name in the innermost scope. Outside of all it belongs to the file, and is only no use where it stands. */
  bind(name: Node | null): void {
    if (name === null) return;
    this.skip(name);
    const scope = this.#open.at(-1);
    if (scope?.binds) this.bindWithin(name, this.#hoists ? scope.start : name.startIndex, scope.end);
  }

  /** Binds a name in a part of the text. */
  bindWithin(name: Node, from: number, to: number): void {
    this.skip(name);
    const text = this.#text.slice(name.startIndex, name.endIndex);
    const ranges = this.#bound.get(text);
    if (ranges === undefined) this.#bound.set(text, [[from, to]]);
    else ranges.push([from, to]);
  }

  /** Whether a name is bound within a function at a place. */
  isBound(name: string, at: number): boolean {
    return this.#bound.get(name)?.some(([from, to]) => from <= at && at < to) ?? false;
  }

  /** Lets a name stand for another within a node: `Self`. */
  mean(name: string, meaning: string, { startIndex: from, endIndex: to }: Node): void {
    if (meaning !== '') this.#meanings.push({ name, meaning, from, to });
  }

  /** What a name stands for at a place: mostly itself. */
  meaningOf(name: string, at: number): string {
    return this.#meanings.findLast((one) => one.name === name && one.from <= at && at < one.to)?.meaning ?? name;
  }

  /** @param called what is called, without the arguments of its type */
  call(called: Node | null, end: number, call: Call, makes = false): void {
    if (called !== null) this.calls.set(called.endIndex, { call, end, makes });
  }

  /** @param type of the variable; null: not known */
  know(variable: Node | null, type: string | null): void {
    if (variable === null || type === null) return;
    const name = this.#text.slice(variable.startIndex, variable.endIndex);
    this.#variables.set(`${name} ${type}`, { name, type });
  }

  get variables(): Variable[] {
    return [...this.#variables.values()];
  }
}
