import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import { commandIds } from '../contributions';
import { changedNodes, nodesById, type TreeNode } from './treeNode';

/** Stands for one row as long as it exists; VS Code knows rows by this object. */
export class TreeElement {
  node: TreeNode;
  parent: TreeElement | null;

  constructor(node: TreeNode, parent: TreeElement | null) {
    this.node = node;
    this.parent = parent;
  }
}

/** Shows nodes as a VS Code tree and draws only the rows anew that changed. */
export class TreeProvider extends DisposableBase implements vscode.TreeDataProvider<TreeElement> {
  readonly #onDidChangeTreeData = this._register(new vscode.EventEmitter<TreeElement[] | undefined>());
  readonly onDidChangeTreeData = this.#onDidChangeTreeData.event;
  #elements = new Map<string, TreeElement>();
  #roots: readonly TreeNode[] = [];

  show(roots: readonly TreeNode[]): void {
    const changed = changedNodes(this.#roots, roots);
    this.#roots = roots;
    this.#keepElements();
    if (changed === 'all') this.#onDidChangeTreeData.fire(undefined);
    else if (changed.length > 0) this.#onDidChangeTreeData.fire(this.#existing(changed));
  }

  #existing(ids: readonly string[]): TreeElement[] {
    return ids.flatMap((id) => this.#elements.get(id) ?? []);
  }

  /** Every node gets its element, the old one when there was one. */
  #keepElements(): void {
    const kept = new Map<string, TreeElement>();
    const visit = (node: TreeNode, parent: TreeElement | null) => {
      const element = this.#elements.get(node.id) ?? new TreeElement(node, parent);
      element.node = node;
      element.parent = parent;
      kept.set(node.id, element);
      for (const child of node.children) visit(child, element);
    };
    for (const node of this.#roots) visit(node, null);
    this.#elements = kept;
  }

  /** All nodes that are shown, by id. */
  nodes(): Map<string, TreeNode> {
    return nodesById(this.#roots);
  }

  element(id: string): TreeElement | null {
    return this.#elements.get(id) ?? null;
  }

  /** The row with this id, as soon as it is shown; null when it is not within `waitMs`. */
  async whenShown(id: string, waitMs: number): Promise<TreeElement | null> {
    if (this.element(id) !== null) return this.element(id);
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        listener.dispose();
        resolve(this.element(id));
      };
      const timer = setTimeout(finish, waitMs);
      const listener = this.onDidChangeTreeData(() => {
        if (this.element(id) !== null) finish();
      });
    });
  }

  getChildren(element?: TreeElement): TreeElement[] {
    const nodes = element === undefined ? this.#roots : element.node.children;
    return this.#existing(nodes.map((node) => node.id));
  }

  getParent(element: TreeElement): TreeElement | null {
    return element.parent;
  }

  getTreeItem(element: TreeElement): vscode.TreeItem {
    const { node } = element;
    const item = new vscode.TreeItem(node.label, collapsibleState(node));
    item.id = node.id;
    item.contextValue = node.contextValue;
    item.accessibilityInformation = { label: node.accessibleLabel };
    if (node.description !== undefined) item.description = node.description;
    if (node.icon !== undefined) item.iconPath = themeIcon(node.icon);
    const command = openCommand(element);
    if (command !== null) item.command = command;
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, element: TreeElement): vscode.TreeItem {
    const text = element.node.tooltip?.(new Date());
    if (text !== undefined) item.tooltip = new vscode.MarkdownString(text);
    return item;
  }
}

function collapsibleState(node: TreeNode): vscode.TreeItemCollapsibleState {
  // Also without children: VS Code would show a plan collapsed that was empty when it first saw it.
  if (node.expanded === true) return vscode.TreeItemCollapsibleState.Expanded;
  return node.children.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed;
}

export function themeIcon(icon: NonNullable<TreeNode['icon']>): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon.id, icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color));
}

/** A click opens something to read, or does nothing. */
function openCommand(element: TreeElement): vscode.Command | null {
  const { opens } = element.node;
  if (opens === undefined) return null;
  if (opens.kind === 'changes') {
    return { command: commandIds.openChanges, title: vscode.l10n.t('Open Changes'), arguments: [element] };
  }
  if (opens.kind === 'app') {
    return { command: commandIds.openApp, title: vscode.l10n.t('Open App'), arguments: [element] };
  }
  const uri = vscode.Uri.file(opens.path);
  return { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [uri, { preview: true }] };
}
