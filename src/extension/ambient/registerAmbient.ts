import * as vscode from 'vscode';
import type { Log } from '../../core/ports';
import type { Repositories } from '../sessions/repositories';
import { FileBadges } from './fileBadges';
import { LineMarks } from './lineMarks';
import { OwnMarks } from './ownMarks';

/**
 * Marks what other sides of the matrix change too: files in the explorer and on tabs, lines in editors. Without a
 * session (no trust, no repository) nothing is marked and nothing runs.
 */
export function registerAmbient(repositories: Repositories, log: Log): vscode.Disposable {
  const marks = new OwnMarks(repositories, log);
  return vscode.Disposable.from(new LineMarks(marks, log), new FileBadges(marks), marks);
}
