import type { Declaration } from '../../facts';

/** Whether it is a type, and of which sort: an interface and a type alias with members can stand for each other. */
export function typeSort(declaration: Declaration | null): 'shape' | 'class' | 'enum' | null {
  switch (declaration?.kind) {
    case 'interface':
    case 'type':
      return 'shape';
    case 'class':
      return 'class';
    case 'enum':
      return 'enum';
    default:
      return null;
  }
}

export function isTypeLike(declaration: Declaration | null): boolean {
  return typeSort(declaration) !== null;
}
