import type { Node } from 'web-tree-sitter';
import { go } from './languages/go';
import { java } from './languages/java';
import { pythonModules, pythonNames } from './languages/python';
import { rust } from './languages/rust';
import { required, script } from './languages/script';
import { type ImportStatement, opaque, type Parts, plain } from './parts';

/** A statement at the top of a file; null: no import. */
export function readImport(node: Node): ImportStatement | null {
  const parts = partsOf(node);
  if (parts === null) return null;
  const { startPosition: start, endPosition: end } = node;
  return {
    lines: { from: start.row, to: end.column === 0 && end.row > start.row ? end.row : end.row + 1 },
    text: node.text,
    ...parts,
    frame: plain(parts.frame),
  };
}

function partsOf(node: Node): Parts | null {
  switch (node.type) {
    case 'import_statement':
      // Python and JavaScript share the name.
      return node.childrenForFieldName('name').length > 0 ? pythonModules(node) : script(node);
    case 'lexical_declaration':
    case 'variable_declaration':
      return required(node);
    case 'import_from_statement':
      return pythonNames(node);
    case 'future_import_statement':
      return opaque(node);
    case 'import_declaration':
      return node.namedChildren.some((child) => child?.type.startsWith('import_spec') === true) ? go(node) : java(node);
    case 'use_declaration':
      return rust(node);
    default:
      return null;
  }
}
