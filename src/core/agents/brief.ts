import type { PlanFields, TaskFields, TaskRef } from '../../contract/plan';
import { code, oneLine } from '../markdown';
import type { Positions } from '../plan/plan';
import { reserveOf } from '../plan/reserve';
import { cleanText } from './prompt';

/** A file whose content is part of the brief; `path` is relative to the root of the worktree, with `/`. */
export interface BriefFile {
  readonly path: string;
  readonly text: string;
}

/** What a brief is made from. `Plan` and `TaskFile` of core/plan fit as they are. */
export interface BriefParts {
  readonly plan: { readonly fields: PlanFields; readonly positions?: Positions } | null;
  readonly task: { readonly ref: TaskRef; readonly fields: TaskFields; readonly instructions: string };
  readonly worktree?: string | null | undefined;
  readonly base: string;
  readonly branch: string;
  /** Contract files as they are on the base. */
  readonly contractTexts: readonly BriefFile[];
  /** Those entries of `context` that are files; the others are text of their own. */
  readonly contextTexts: readonly BriefFile[];
  /** Migration numbers given to this task alone. */
  readonly reserved?: readonly string[] | undefined;
}

/** Bigger files are named and not quoted: the agent has them in its worktree, and context costs money. */
const quotedBytes = 16_000;
const quotedBytesInAll = 48_000;

/**
 * The brief of a task: everything its agent is told, as Markdown. The same parts give the same text, so that its hash
 * tells whether anything changed. It begins with a word: `/`, `#`, `!`, `@` and `-` mean something to some agents.
 */
export function composeBrief(parts: BriefParts): string {
  const { plan, task } = parts;
  const budget = { left: quotedBytesInAll };
  const sections = [
    opening(parts),
    `# ${oneLine(task.fields.title ?? task.ref.task)}`,
    section('Instructions', task.instructions.trim()),
    section('Scope', scope(task.fields.scope ?? [])),
    section('Contract', contract(plan?.fields.contract ?? [], parts.contractTexts, budget)),
    section('Context', context(parts, budget)),
    section('Constraints', bullets(task.fields.constraints)),
    section('Acceptance', bullets(task.fields.acceptance)),
    section('Verify', verify(plan?.fields.verify ?? [], task.fields.verify ?? [])),
    section('Approved dependencies', dependencies(plan)),
    section('Reserved numbers', reserved(plan, parts.reserved ?? [])),
    section('Standing rules', standingRules(parts)),
  ];
  return `${cleanText(sections.filter((text) => text !== '').join('\n\n'))}\n`;
}

function opening({ task, worktree, base, branch }: BriefParts): string {
  const place = worktree ? `, in the worktree ${code(worktree)}` : ', in a git worktree of your own';
  return `This is your brief for the task ${code(`${task.ref.plan}/${task.ref.task}`)}. You work alone on the branch ${code(branch)}, cut from ${code(base)}${place}; other agents work on other tasks of the same repository at the same time, each in a worktree of its own. Read all of it before you start.`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `## ${title}\n\n${body}`;
}

function scope(globs: readonly string[]): string {
  if (globs.length === 0) return 'No files are set apart for you: change only what the instructions need.';
  return `Create, change or delete only files that match one of these globs, relative to the root of your worktree. You may read everything.\n\n${list(globs.map(code))}`;
}

function contract(paths: readonly string[], texts: readonly BriefFile[], budget: { left: number }): string {
  if (paths.length === 0 && texts.length === 0) return '';
  const all = [...new Set([...paths, ...texts.map((file) => file.path)])];
  const quoted = texts.map((file) => quoteFile(file, budget)).filter((text) => text !== '');
  return [
    'These files are the agreement between all tasks of this plan. Code against them exactly as they are. **Nobody may edit them**, whatever the scope says; if one is wrong or not enough, say so and stop.',
    list(all.map(code)),
    ...quoted,
  ].join('\n\n');
}

function context(parts: BriefParts, budget: { left: number }): string {
  const files = new Map(parts.contextTexts.map((file) => [file.path, file]));
  const entries = [...new Set([...(parts.plan?.fields.context ?? []), ...(parts.task.fields.context ?? [])])];
  const notes = entries.filter((entry) => !files.has(entry)).map((entry) => entry.trim());
  const named = [...files.values()].map((file) => {
    const quoted = quoteFile(file, budget);
    return quoted === '' ? `Read ${code(file.path)}.` : quoted;
  });
  return [...notes, ...named].filter((text) => text !== '').join('\n\n');
}

function verify(ofPlan: readonly string[], ofTask: readonly string[]): string {
  const commands = [...new Set([...ofPlan, ...ofTask])];
  if (commands.length === 0) return '';
  return `These commands must pass before you stop:\n\n${fence(commands.join('\n'), 'sh')}`;
}

function dependencies(plan: BriefParts['plan']): string {
  const approved = plan?.fields.approvedDependencies;
  if (approved === undefined) return '';
  if (approved.length === 0) return 'Add no dependency. If you need one, say so and stop.';
  return `Add no dependency except these; if you need another, say so and stop.\n\n${list(approved.map(code))}`;
}

function reserved(plan: BriefParts['plan'], numbers: readonly string[]): string {
  if (numbers.length > 0) {
    return `These migration numbers are yours alone; use no other:\n\n${list(numbers.map(code))}`;
  }
  if (plan === null || reserveOf({ fields: plan.fields, positions: plan.positions ?? new Map() }).ranges.length === 0) {
    return '';
  }
  return 'This plan gives out migration numbers, and none was given to this task: make no migration. If you need one, say so and stop.';
}

function standingRules({ branch }: BriefParts): string {
  return list([
    'Stay in the scope above.',
    'Never leave your worktree: change nothing outside it, and start no other worktree.',
    `Stay on the branch ${code(branch)}. Do not touch other branches, tags, remotes or the git configuration; do not push, pull, merge or rebase.`,
    'Never use `git stash`: its entries are shared by all worktrees.',
    'Do not edit contract files, `.switchyard`, or `AGENTS.md`.',
    'Commit all your work before you stop, in small commits whose messages say why.',
    'If you are blocked, or something above contradicts itself, say what is missing and stop. Do not guess.',
  ]);
}

function quoteFile(file: BriefFile, budget: { left: number }): string {
  const text = cleanText(file.text).replace(/\n+$/, '');
  const size = Buffer.byteLength(text);
  if (text.trim() === '' || size > quotedBytes || size > budget.left) return '';
  budget.left -= size;
  return `${code(file.path)}:\n\n${fence(text, language(file.path))}`;
}

function language(file: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(file)?.[1] ?? '';
}

/** A fenced block that its content cannot close: the fence is longer than any run of backticks inside. */
export function fence(text: string, info = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}${info}\n${text}\n${marks}`;
}

function bullets(items: readonly string[] | undefined): string {
  return list((items ?? []).map((item) => item.trim()).filter((item) => item !== ''));
}

/** Further lines of an item are indented, so that they stay inside it. */
function list(items: readonly string[]): string {
  return items.map((item) => `- ${item.replace(/\r\n?|\n/g, '\n  ')}`).join('\n');
}
