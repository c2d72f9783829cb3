import * as vscode from 'vscode';
import { type FrontMatterKey, frontMatterKeys } from '../../core/plan/keys';
import { keysUsed, type Place, placeAt } from '../../core/plan/place';
import { linesOf, type PlanFile, planFileOf } from './planFile';

/**
 * Quick suggestions are off in Markdown, so letters trigger too; outside front matter nothing is offered, and the
 * editor stays as quiet as it was.
 */
export const completionTriggers = [
  ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ' ',
  '[',
  '{',
  ',',
  '-',
  '"',
];

/** Offers keys, their values, tasks of the same plan and agents, in the front matter of plans and tasks. */
export class PlanCompletion implements vscode.CompletionItemProvider {
  readonly #customAgents: () => readonly string[];

  constructor(customAgents: () => readonly string[]) {
    this.#customAgents = customAgents;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[] | undefined> {
    const at = planFileOf(document.uri);
    if (at === null) return undefined;
    const lines = linesOf(document);
    const place = placeAt(lines, position.line, position.character);
    if (place === null) return undefined;
    const known = frontMatterKeys[at.kind];
    const range = new vscode.Range(position.line, place.start, position.line, position.character);
    if (place.kind === 'key') return keyItems(known, lines, position, range);
    const key = known.find((entry) => entry.key === place.key);
    return key === undefined ? undefined : await this.#valueItems(key, place, at, range);
  }

  async #valueItems(
    key: FrontMatterKey,
    place: Place,
    at: PlanFile,
    range: vscode.Range,
  ): Promise<vscode.CompletionItem[] | undefined> {
    const item = (label: string, kind: vscode.CompletionItemKind, insert: string, detail?: string) => {
      const made = new vscode.CompletionItem({ label, ...(detail === undefined ? {} : { description: detail }) }, kind);
      made.insertText = insert;
      made.range = range;
      return made;
    };
    if (place.kind === 'subkey') {
      return key.keys?.map((name) => item(name, vscode.CompletionItemKind.Property, `${name}: `));
    }
    if (key.kind === 'ids') {
      const bracket = (id: string) => (place.kind === 'value' ? `[${id}]` : id);
      const tasks = await siblings(at);
      return tasks.map(({ id, title }) => item(id, vscode.CompletionItemKind.Reference, bracket(id), title));
    }
    if (place.kind !== 'value') return undefined;
    const more = key.key === 'agent' ? this.#customAgents() : [];
    const values = [...(key.values ?? []), ...more];
    return values.map((value) => item(value, vscode.CompletionItemKind.EnumMember, value));
  }
}

function keyItems(
  known: readonly FrontMatterKey[],
  lines: readonly string[],
  position: vscode.Position,
  range: vscode.Range,
): vscode.CompletionItem[] {
  const used = keysUsed(lines);
  const rest = (lines[position.line] ?? '').slice(position.character);
  return known
    .filter(({ key }) => !used.has(key) || used.get(key) === position.line)
    .map((entry, index) => {
      const made = new vscode.CompletionItem(entry.key, vscode.CompletionItemKind.Property);
      made.range = range;
      made.documentation = documentation(entry);
      made.sortText = String(index).padStart(2, '0');
      // In front of a colon only the word itself is wanting.
      made.insertText = /^\w*\s*:/.test(rest) ? entry.key : new vscode.SnippetString(snippetOf(entry));
      if (entry.values !== undefined || entry.kind === 'ids') {
        made.command = { command: 'editor.action.triggerSuggest', title: vscode.l10n.t('Suggest Values') };
      }
      return made;
    });
}

function snippetOf(entry: FrontMatterKey): string {
  switch (entry.kind) {
    case 'list':
    case 'ids':
    case 'globs':
      return `${entry.key}: [$0]`;
    case 'mapping':
      return `${entry.key}: {${entry.keys?.[0] ?? ''}: $0}`;
    default:
      return `${entry.key}: $0`;
  }
}

async function siblings(at: PlanFile): Promise<{ id: string; title: string }[]> {
  const { readPlan } = await import('../../core/plan/readPlans');
  const plan = await readPlan(at.plansDir, at.plan);
  return (plan?.tasks ?? [])
    .filter((task) => at.kind === 'plan' || task.ref.task !== at.name)
    .map((task) => ({ id: task.ref.task, title: task.fields.title ?? '' }));
}

/** What a key means, its values and its default. Only texts of ours go into it. */
export function documentation(entry: FrontMatterKey): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown(literal(vscode.l10n.t(entry.docs)));
  if (entry.values !== undefined && entry.kind !== 'flag') {
    text.appendMarkdown(`\n\n${entry.values.map((value) => `\`${value}\``).join(' · ')}`);
  }
  if (entry.default !== undefined) {
    text.appendMarkdown(`\n\n${literal(vscode.l10n.t('Default: {0}.', vscode.l10n.t(entry.default)))}`);
  }
  return text;
}

/** Markdown that shows a text as it is. (`appendText` makes hard spaces of spaces, and then no line is ever broken.) */
const literal = (text: string) => text.replace(/[\\`*_{}[\]()#+!~|<>&-]/g, '\\$&');
