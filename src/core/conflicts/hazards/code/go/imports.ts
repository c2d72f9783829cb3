import type { Import } from '../../facts';
import { textOf } from '../common/compact';
import type { Node } from '../tree';

/** All imports of a file. A package without a name of its own here has that which its path ends with. */
export function readImports(root: Node, text: string): Import[] {
  const nodes = root.namedChildren.filter(({ type }) => type === 'import_declaration');
  const specs = nodes.flatMap((node) => node.descendantsOfType('import_spec'));
  return specs.map((spec) => {
    const from = textOf(spec.childForFieldName('path'), text).slice(1, -1);
    const name = spec.childForFieldName('name');
    const common = { from, reexport: null, line: spec.row + 1 };
    switch (name?.type) {
      case undefined:
        return { ...common, name: '*', local: packageOf(from) };
      case 'blank_identifier':
        return { ...common, name: '', local: null };
      case 'dot':
        return { ...common, name: '*', local: null };
      default:
        return { ...common, name: '*', local: textOf(name ?? null, text) };
    }
  });
}

/** `a/yaml/v3`, `gopkg.in/yaml.v3` and `a/go-yaml` are called `yaml` by those who use them. */
function packageOf(path: string): string {
  const parts = path.split('/');
  const last = parts.at(-1) ?? '';
  const name = /^v\d+$/.test(last) && parts.length > 1 ? (parts.at(-2) ?? last) : last;
  return name.replace(/\.v\d+$/, '').replace(/^go-|-go$|\.go$/g, '');
}
