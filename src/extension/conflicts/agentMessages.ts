import * as vscode from 'vscode';
import type { MessageFile, MessageParts } from '../../core/conflicts/sides/agentMessage';
import type { LookedAtFile } from '../../core/conflicts/sides/lookInto';
import { pick } from '../commands/chooseTarget';
import { oneLine, plainLabel } from '../words';
import { lookAt } from './openSides';
import type { CellSide, ShownCell } from './shownCell';

/** How long the status bar says that something was copied. */
const saidMs = 5000;

/** Puts a message on the clipboard that tells the agent of one side what conflicts, and where. */
export async function copyAgentMessage(shown: ShownCell): Promise<void> {
  const you = await chooseReader(shown);
  const { composeAgentMessage } = await import('../core');
  await vscode.env.clipboard.writeText(composeAgentMessage(await messageParts(shown, you)));
  vscode.window.setStatusBarMessage(
    vscode.l10n.t('Copied: the message for the agent of {0}', oneLine(you.ref)),
    saidMs,
  );
}

/** The side that has to give way is offered first; a base is nobody's to adapt. */
async function chooseReader({ a, b, isBase, first }: ShownCell): Promise<CellSide> {
  if (isBase) return a;
  const tasks = [a, b].filter(({ task }) => task !== null);
  if (tasks.length === 1 && tasks[0] !== undefined) return tasks[0];
  const sides = first === 'a' ? [b, a] : [a, b];
  const choices = sides.map((side, index) => ({
    label: plainLabel(oneLine(side.ref)),
    description:
      first === null ? '' : index === 0 ? vscode.l10n.t('lands later, adapts') : vscode.l10n.t('lands first'),
    value: side,
  }));
  return pick(choices, vscode.l10n.t('A message for the agent of which branch?'));
}

async function messageParts(shown: ShownCell, you: CellSide): Promise<MessageParts> {
  const { a, b, cell, isBase, first } = shown;
  const { bases, files, direction } = await lookAt(shown, cell.files);
  const youAreOurs = direction.ours === you;
  const youAreA = you === a;
  return {
    you,
    other: youAreA ? b : a,
    otherIsBase: isBase,
    base: bases[0] ?? null,
    first: first === null ? null : (first === 'a') === youAreA ? 'you' : 'other',
    only: cell.direction === null ? null : (cell.direction === 'b-into-a') === youAreA ? 'into-yours' : 'into-theirs',
    files: files.map((file, index) => messageFile(file, cell.files[index]?.kind ?? 'other', youAreOurs)),
  };
}

function messageFile(file: LookedAtFile, kind: MessageFile['kind'], youAreOurs: boolean): MessageFile {
  const { hunks } = file;
  const of = (mine: boolean) => ({
    there: (mine ? file.ours : file.theirs) !== null,
    lines: ((mine ? hunks?.ours : hunks?.theirs) ?? []).map((hunk) => hunk.side),
  });
  const baseLines =
    file.base === null ? [] : [...(hunks?.ours ?? []), ...(hunks?.theirs ?? [])].map(({ base }) => base);
  const sorted = baseLines.sort((x, y) => x.start - y.start || x.count - y.count);
  return {
    path: Buffer.from(file.path, 'latin1').toString('utf8'),
    kind,
    yours: of(youAreOurs),
    theirs: of(!youAreOurs),
    baseLines: sorted.filter((range, index) => index === 0 || sorted[index - 1]?.start !== range.start),
  };
}
