import * as vscode from 'vscode';
import type { Budget, PermissionMode } from '../contract/plan';
import { type CustomAgent, defaultSettings, type Settings } from '../core/ports';
import { readablePrices } from '../core/prices/typedPrices';
import { type DispatchPlace, dispatchPlaces, type SettingKey, settingKeys, settingsSection } from './contributions';

function read<T>(key: SettingKey, scope: vscode.Uri | undefined, otherwise: T): T {
  const value = vscode.workspace.getConfiguration(settingsSection, scope).get<T>(settingKeys[key]) ?? otherwise;
  // VS Code hands out objects as proxies, which cannot go to another thread.
  return typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as T) : value;
}

/** The git program that VS Code's own git extension uses; null: `git` on PATH. */
function gitPath(): string | null {
  const path = vscode.workspace.getConfiguration('git').get<string | string[] | null>('path');
  const first = Array.isArray(path) ? path[0] : path;
  return first === undefined || first === null || first === '' ? null : first;
}

/** The git extension's own list of ignored files that new worktrees get. */
function worktreeIncludeFiles(scope: vscode.Uri | undefined): string[] {
  const globs = vscode.workspace.getConfiguration('git', scope).get<unknown>('worktreeIncludeFiles');
  return Array.isArray(globs) ? globs.filter((glob): glob is string => typeof glob === 'string' && glob !== '') : [];
}

function remoteBranches(scope: vscode.Uri | undefined): readonly string[] {
  const globs = read<unknown>('remoteBranches', scope, null);
  if (!Array.isArray(globs)) return defaultSettings.remoteBranches;
  return globs.filter((glob): glob is string => typeof glob === 'string' && glob !== '');
}

/** A limit that is no number above 0 is none: the editor of settings marks it. */
function budgets(scope: vscode.Uri | undefined): Settings['budgets'] {
  const set = read<unknown>('budgets', scope, {});
  return { day: budgetAt(set, 'day'), week: budgetAt(set, 'week') };
}

function budgetAt(set: unknown, period: 'day' | 'week'): Budget | undefined {
  const budget = fieldOf(set, period);
  const limit = (key: string) => {
    const value = fieldOf(budget, key);
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const [usd, tokens] = [limit('usd'), limit('tokens')];
  if (usd === undefined && tokens === undefined) return undefined;
  return { ...(usd === undefined ? {} : { usd }), ...(tokens === undefined ? {} : { tokens: Math.ceil(tokens) }) };
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

/** What the user set, as the core wants it. */
export function readSettings(scope?: vscode.Uri): Settings {
  const root = read<string>('worktreeRoot', scope, '').trim();
  const model = read<string>('defaultModel', scope, '').trim();
  const costLog = read<string>('costLog', scope, '').trim();
  return {
    worktreeRoot: root === '' ? null : root,
    branchTemplate: read('branchTemplate', scope, defaultSettings.branchTemplate),
    wipLimit: read('wipLimit', scope, defaultSettings.wipLimit),
    defaultAgent: read('defaultAgent', scope, defaultSettings.defaultAgent),
    defaultModel: model === '' ? null : model,
    defaultPermissions: read<PermissionMode>('defaultPermissions', scope, defaultSettings.defaultPermissions),
    fetchBase: read('fetchBase', scope, defaultSettings.fetchBase),
    agentPaths: read<Record<string, string>>('agentPaths', scope, {}),
    customAgents: read<Record<string, CustomAgent>>('customAgents', scope, {}),
    gitPath: gitPath(),
    worktreeIncludeFiles: worktreeIncludeFiles(scope),
    skipLfs: read('skipLfs', scope, defaultSettings.skipLfs),
    syncMethod: read('syncMethod', scope, defaultSettings.syncMethod),
    trashLimit: read<number | null>('trashLimit', scope, defaultSettings.trashLimit),
    costLog: costLog === '' ? null : costLog,
    remoteBranches: remoteBranches(scope),
    budgets: budgets(scope),
    ...readablePrices(read<unknown>('prices', scope, {}), read<unknown>('priceDiscounts', scope, {})),
  };
}

/** Whether files and lines are marked that another side of the matrix changes too. */
export function readFileMarks(scope?: vscode.Uri): boolean {
  return read('fileMarks', scope, true);
}

/** Where agents start. A value that is not known counts as the default. */
export function readDispatchPlace(scope?: vscode.Uri): DispatchPlace {
  const place = read<string>('dispatchIn', scope, 'terminal');
  return dispatchPlaces.find((known) => known === place) ?? 'terminal';
}

export function affectsSettings(event: vscode.ConfigurationChangeEvent): boolean {
  return [settingsSection, 'git.path', 'git.worktreeIncludeFiles'].some((id) => event.affectsConfiguration(id));
}
