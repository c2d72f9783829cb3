import type { Declaration } from '../../facts';
import { compact, textOf } from '../common/compact';
import type { Node } from '../tree';
import { parametersText, readParameters, typeOf } from './parameters';

export interface Place {
  /** The class it is in; null: the module. */
  readonly owner: string | null;
  readonly isExported: (name: string) => boolean;
}

/** What changes how something is used; what any other decorator does is not known. */
const telling = new Map([
  ['staticmethod', 'static'],
  ['classmethod', 'class'],
  ['overload', 'overload'],
  ['abstractmethod', 'abstract'],
  ['contextmanager', 'context'],
  ['asynccontextmanager', 'async context'],
]);
const properties = new Set(['property', 'cached_property']);

/** A function or method; none for what only sets or deletes a property. */
export function readFunction(node: Node, decorators: readonly string[], text: string, place: Place): Declaration[] {
  const simple = textOf(node.childForFieldName('name'), text);
  if (simple === '') return [];
  const last = decorators.map((decorator) => /(\w+)\s*(?:\(.*)?$/su.exec(decorator)?.[1] ?? '');
  if (place.owner !== null && last.some((name) => name === 'setter' || name === 'deleter')) return [];
  const result = typeOf(node.childForFieldName('return_type'), text);
  const common = {
    name: place.owner === null ? simple : `${place.owner}.${simple}`,
    exported: place.isExported(simple),
    line: node.row + 1,
  };
  if (place.owner !== null && last.some((name) => properties.has(name))) {
    const signature = result === null ? simple : `${simple}: ${result}`;
    return [{ ...common, kind: 'field', signature, parameters: null, result: null }];
  }
  const written = readParameters(node.childForFieldName('parameters'), text);
  const bound = place.owner !== null && !last.includes('staticmethod') && takesOwner(written[0]?.kind);
  const parameters = bound ? written.slice(1) : written;
  const generics = compact(textOf(node.childForFieldName('type_parameters'), text), 'python');
  const marks = [...new Set(last.flatMap((name) => telling.get(name) ?? []))].sort(overloadFirst);
  if (/^async\b/.test(text.slice(node.startIndex, node.startIndex + 6))) marks.push('async');
  const signature = [
    ...marks,
    `def${generics}${parametersText(parameters)}${result === null ? '' : ` -> ${result}`}`,
  ].join(' ');
  return [{ ...common, kind: place.owner === null ? 'function' : 'method', signature, parameters, result }];
}

function takesOwner(kind: string | undefined): boolean {
  return kind === 'required' || kind === 'optional';
}

function overloadFirst(x: string, y: string): number {
  return Number(y === 'overload') - Number(x === 'overload') || (x < y ? -1 : 1);
}
