import type { Node } from '../tree';
import { describe } from './describe';
import type { Described } from './described';

/** Statements of a file or two: of one path, contents come one after the other, and most of what they say is the same. */
const kept = 400;

/** What statements say, their lines counted from where they begin; by the grammar that read them and by their text. */
const known = new WeakMap<object, Map<string, readonly Described[]>>();

/** As `describe`, of statements that could be read: what was said by the same text a while ago is not looked at again. */
export function describeAgain(statement: Node): readonly Described[] {
  const said = known.get(statement.language) ?? new Map<string, readonly Described[]>();
  known.set(statement.language, said);
  const text = decisive(statement);
  const before = said.get(text);
  if (before !== undefined) return before.map((each) => moved(each, statement.row));
  const described = describe(statement);
  if (said.size >= kept) said.clear();
  said.set(
    text,
    described.map((each) => moved(each, -statement.row)),
  );
  return described;
}

/** All that a description rests on: of a function everything before its body. */
function decisive(statement: Node): string {
  const { type } = statement;
  const isFunction = type === 'function_declaration' || type === 'generator_function_declaration';
  const body = isFunction ? statement.childForFieldName('body') : null;
  return `${type} ${body === null ? statement.text : `${statement.textBefore(body)}{}`}`;
}

function moved(described: Described, rows: number): Described {
  const members = described.members.map((member) => moved(member, rows));
  return { ...described, line: described.line + rows, members };
}
