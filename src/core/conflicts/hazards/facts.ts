/** What is read from one version of one file, kept by the id of its content. Plain data: it crosses threads. */
export interface FileFacts {
  readonly code: CodeFacts | null;
  readonly manifest: ManifestFacts | null;
  readonly lock: LockFacts | null;
  readonly migration: MigrationFacts | null;
  readonly formatter: FormatterFacts | null;
}

export const languages = ['typescript', 'javascript', 'python', 'go', 'rust', 'java'] as const;
export type Language = (typeof languages)[number];

export interface CodeFacts {
  readonly language: Language;
  readonly declarations: readonly Declaration[];
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
  /** Left out: not looked for. */
  readonly variables?: readonly Variable[];
  /** The words of a file in which uses and variables were not looked for yet (`code/words.ts`); left out: they were. */
  readonly words?: Uint32Array;
}

/** A variable, parameter or field whose type the file says: `p: Parser`, `const p = new Parser()`, `p := &Parser{}`. */
export interface Variable {
  /** Without `this.` or `self.`. */
  readonly name: string;
  /** As written, without type arguments and what stands before it (`*`, `&mut`): `Parser`, `text.Parser`. */
  readonly type: string;
}

export type DeclarationKind =
  | 'function'
  | 'method'
  | 'field'
  | 'class'
  | 'interface'
  | 'type'
  | 'enum'
  | 'constant'
  | 'module';

export interface Declaration {
  /** As others name it: `parse`, `Parser.parse`; `default` for a default export without a name. */
  readonly name: string;
  readonly kind: DeclarationKind;
  /** Others may use it: `export`, `pub`, `public`, a capital in Go, no leading underscore in Python. */
  readonly exported: boolean;
  /**
   * All that a user of it depends on, without comments and layout: two with equal signatures can be exchanged. '' for
   * what nobody outside the file can use.
   */
  readonly signature: string;
  /** null: cannot be called. */
  readonly parameters: readonly Parameter[] | null;
  /** Type of the result as written; null: not said, or cannot be called. */
  readonly result: string | null;
  /** What it extends or implements, as written, without type arguments; left out: nothing. */
  readonly bases?: readonly string[];
  /** A member that may be missing where one is made or implemented: `max?: number`, one with a body; left out: it may not. */
  readonly optional?: boolean;
  /** Counted from 1. */
  readonly line: number;
}

export interface Parameter {
  /** null: a pattern. */
  readonly name: string | null;
  /** As written, without layout; null: not said. */
  readonly type: string | null;
  /** `keyword…`: only by name. `rest`, `keywords`: any number of them. */
  readonly kind: 'required' | 'optional' | 'rest' | 'keyword' | 'optional-keyword' | 'keywords';
}

export interface Import {
  /** The module as written: `./a`, `pkg.mod`, `..mod`, `crate::a::b`, `com.example.Parser`. */
  readonly from: string;
  /** Its name there; `*`: all of it; `default`; '': for its effects only. */
  readonly name: string;
  /** Its name here; null: not bound here. */
  readonly local: string | null;
  /** The name under which it is exported again; `*`: all of it under their own names; null: not at all. */
  readonly reexport: string | null;
  readonly line: number;
}

/**
 * A name of another place that is used here: one entry for each time. A literal of a type that is named beside it
 * (`const o: Options = { text }`, `Options { text }`) is a call of that type with keywords only.
 */
export interface Use {
  /** As written, without arguments: `parse`, `util.parse`, `parser.parse`. */
  readonly name: string;
  /** null: not called. */
  readonly call: Call | null;
  readonly line: number;
}

export interface Call {
  readonly positional: number;
  /** Names of arguments given by name. */
  readonly keywords: readonly string[];
  /** More arguments come from a list or a map: their number is not known. */
  readonly spread: boolean;
  /** Keys of the object literals among the positional arguments, by position; null: it is something else. Left out: none. */
  readonly objects?: readonly (readonly string[] | null)[];
}

/** What a project depends on, as one file says it. */
export interface ManifestFacts {
  readonly ecosystem: 'npm' | 'python' | 'go' | 'cargo' | 'maven' | 'gradle' | 'ruby' | 'composer';
  readonly packages: readonly RequiredPackage[];
  /** Globs of the folders whose own manifests belong to this one; empty: it says none. */
  readonly workspaces: readonly string[];
}

export interface RequiredPackage {
  readonly name: string;
  /** As written; '': any. */
  readonly range: string;
  /** `dependencies`, `dev-dependencies`, an extra's name. */
  readonly section: string;
  readonly line: number;
}

export const lockManagers = ['npm', 'yarn', 'pnpm', 'bun', 'cargo', 'poetry', 'uv', 'bundler', 'composer'] as const;
export type LockManager = (typeof lockManagers)[number];

/** What a lock file settled on. */
export interface LockFacts {
  readonly manager: LockManager;
  /** The layout's version as written: what two layouts hold cannot be mixed. */
  readonly format: string;
  readonly entries: readonly LockEntry[];
}

export interface LockEntry {
  /** What others find it by: a path (npm, bun), a descriptor (yarn), a name with its version (pnpm), a name. */
  readonly keys: readonly string[];
  /** null: the project's own. */
  readonly version: string | null;
  /** What it cannot do without. */
  readonly needs: readonly LockNeed[];
  readonly line: number;
}

export interface LockNeed {
  /** A key, or for npm and bun a name that is looked for on the way up. */
  readonly key: string;
  /** As written; null: the key says it all. */
  readonly range: string | null;
}

/** What a migration says of its place among others; most frameworks say it by its name alone. */
export interface MigrationFacts {
  readonly revision: string | null;
  /** Revisions it follows; null: not said. */
  readonly parents: readonly string[] | null;
  readonly line: number;
}

/** Settings of a formatter or linter, by the path of their keys. */
export interface FormatterFacts {
  readonly tool: string;
  readonly settings: Readonly<Record<string, string>>;
}

export const noFacts: FileFacts = Object.freeze({
  code: null,
  manifest: null,
  lock: null,
  migration: null,
  formatter: null,
});
