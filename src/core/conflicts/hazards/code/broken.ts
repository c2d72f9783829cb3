import { lineOf } from './nodes';
import type { Node } from './tree';

/** An error that is longer hides more than one slip, in characters. */
const longest = 120;
/** More of them than a grammar that is behind its language explains. */
const most = 20;

/** A bracket that has no other, or the start of something that others may know. */
const grave =
  /[{}]|\b(?:abstract class|class|const|def|enum|export|fn|func|function|impl|interface|mod|namespace|package|struct|trait|type)\s|\bimport\b(?!\s*\()/;

/**
 * Where a file is so broken that what it declares cannot be told: a bracket is missing, or what could not be read holds
 * the start of a declaration. Slips inside an expression are let pass: grammars are behind their languages now and then.
 * @returns a line, from 1; null: it can be read
 */
export function brokenAt(root: Node): number | null {
  if (!root.hasError) return null;
  const errors: Node[] = [];
  collectErrors(root, errors);
  const worst = root.isError ? root : errors.find(isGrave);
  if (worst !== undefined) return lineOf(worst);
  const first = errors[0];
  return errors.length > most && first !== undefined ? lineOf(first) : null;
}

function collectErrors(node: Node, errors: Node[]): void {
  if (node.isError || node.isMissing) errors.push(node);
  else if (node.hasError) for (const child of node.children) collectErrors(child, errors);
}

function isGrave(error: Node): boolean {
  if (error.isMissing) return /^[()[\]{}]$/.test(error.type);
  return error.endIndex - error.startIndex > longest || grave.test(error.text);
}
