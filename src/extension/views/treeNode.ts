import type { Target } from '../target';
import { oneLine, type Translate } from '../words';

export interface NodeIcon {
  /** Of the codicon font. */
  readonly id: string;
  /** A theme colour; absent: the text's own. */
  readonly color?: string | undefined;
}

/** A row of a tree as plain data, made anew from the facts; VS Code's items follow from it. */
export interface TreeNode {
  /** Stable over refreshes and windows. */
  readonly id: string;
  readonly label: string;
  readonly description?: string | undefined;
  readonly icon?: NodeIcon | undefined;
  /** Markdown; text that is not ours is escaped in it. Made when the row is hovered over. */
  readonly tooltip?: ((now: Date) => string) | undefined;
  readonly contextValue: string;
  readonly accessibleLabel: string;
  readonly expanded?: boolean | undefined;
  readonly target: Target;
  /** What a click opens; nothing else may happen on a click. */
  readonly opens?:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'changes' }
    | { readonly kind: 'app' }
    | undefined;
  readonly children: readonly TreeNode[];
}

/** `noun+flag+flag`, the flags sorted, so that `when` clauses match each one by itself. */
export function contextValue(noun: string, flags: Readonly<Record<string, boolean>>): string {
  const on = Object.keys(flags).filter((flag) => flags[flag]);
  return [noun, ...on.sort()].join('+');
}

/** All nodes below `roots` by id. */
export function nodesById(roots: readonly TreeNode[]): Map<string, TreeNode> {
  const map = new Map<string, TreeNode>();
  const visit = (node: TreeNode) => {
    map.set(node.id, node);
    node.children.forEach(visit);
  };
  roots.forEach(visit);
  return map;
}

const epoch = new Date(0);

/** What VS Code shows of a node, children by id only: equal text means that nothing has to be drawn anew. */
function appearance(node: TreeNode): string {
  const { children, tooltip, ...shown } = node;
  return JSON.stringify([shown, tooltip?.(epoch), children.map((child) => child.id)]);
}

/**
 * Which rows have to be drawn anew after a change: `'all'` when the top level is another one, else the topmost
 * changed rows. Drawing one row anew draws those below it too.
 */
export function changedNodes(before: readonly TreeNode[], after: readonly TreeNode[]): 'all' | string[] {
  if (before.length !== after.length || before.some((node, index) => node.id !== after[index]?.id)) return 'all';
  const old = nodesById(before);
  const changed: string[] = [];
  const visit = (node: TreeNode) => {
    const was = old.get(node.id);
    if (was === undefined || appearance(was) !== appearance(node)) changed.push(node.id);
    else node.children.forEach(visit);
  };
  after.forEach(visit);
  return changed;
}

/** What each repository has; under a node of its own for each when there are several. */
export function underRepositories<R extends { readonly id: string; readonly name: string }>(
  repositories: readonly R[],
  nodesOf: (repository: R) => TreeNode[],
  t: Translate,
): TreeNode[] {
  if (repositories.length === 1) return repositories.flatMap(nodesOf);
  return repositories.map((repository) => {
    const name = oneLine(repository.name);
    return {
      id: `repository:${repository.id}`,
      label: name,
      icon: { id: 'repo' },
      contextValue: 'repository',
      accessibleLabel: t('Repository {0}', name),
      expanded: true,
      target: { kind: 'repository', repository: repository.id },
      children: nodesOf(repository),
    };
  });
}
