import type { Problem, ProblemFix } from '../../contract/plan';
import type { Span } from './lines';

const maxProblems = 50;

/** Collects the problems of one file; after many it says so once and stays quiet. */
export class Problems {
  readonly list: Problem[] = [];

  constructor(readonly file: string) {}

  add(
    code: string,
    message: string,
    span: Span,
    o: { severity?: Problem['severity']; fix?: ProblemFix | undefined } = {},
  ): void {
    if (this.list.length > maxProblems) return;
    const full = this.list.length === maxProblems;
    this.list.push({
      code: full ? 'too-many-problems' : code,
      message: full ? 'There are more problems here; mend the first ones.' : message,
      file: this.file,
      ...span,
      severity: full ? 'error' : (o.severity ?? 'error'),
      ...(o.fix === undefined || full ? {} : { fix: o.fix }),
    });
  }
}
