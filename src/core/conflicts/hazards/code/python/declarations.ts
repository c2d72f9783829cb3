import type { Declaration } from '../../facts';
import type { Node } from '../tree';
import { readClass } from './classes';
import { readFunction } from './functions';
import { isPublic } from './names';
import { readValues, statementsOf, undecorated, withoutHidden } from './statements';

/** What a module declares: its functions, classes with their members, and names with a value. */
export function readDeclarations(root: Node, text: string, all: ReadonlySet<string> | null): Declaration[] {
  const isExported = (name: string) => isPublic(name, all);
  const declarations: Declaration[] = [];
  const values = new Set<string>();
  for (const statement of statementsOf(root, text)) {
    const { definition, decorators } = undecorated(statement, text);
    if (definition.type === 'function_definition') {
      declarations.push(...readFunction(definition, decorators, text, { owner: null, isExported }));
    } else if (definition.type === 'class_definition') {
      declarations.push(...readClass(definition, decorators, text, { owner: null, isExported }));
    } else {
      for (const value of readValues(definition, text)) {
        if (values.has(value.name)) continue;
        values.add(value.name);
        declarations.push({ ...value, exported: isExported(value.name) });
      }
    }
  }
  return withoutHidden(declarations);
}
