import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../../../src/contract/plan';

/** Problems as text: one line each, a fix below its problem. */
export function problemText(problems: readonly Problem[], root: string): string {
  return problems
    .map((problem) => {
      const file = path.relative(root, problem.file).split(path.sep).join('/');
      const end =
        problem.endLine === undefined
          ? ''
          : `-${problem.endLine === problem.line ? '' : `${problem.endLine}:`}${problem.endColumn}`;
      const fix = problem.fix === undefined ? '' : `\n    fix: ${JSON.stringify(problem.fix)}`;
      return `${file}:${problem.line}:${problem.column}${end} ${problem.severity} ${problem.code}\n    ${problem.message.replaceAll(root, '<root>')}${fix}\n`;
    })
    .join('');
}

/** Compares with a kept text; `UPDATE_GOLDEN=1` writes it anew, to be looked at in the diff. */
export function assertGolden(file: string, actual: string): void {
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, 'utf8'));
}
