import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { frontMatterKeys } from '../../src/core/plan/keys';

const root = path.resolve(import.meta.dirname, '../..');
const bundle = path.join(root, 'l10n/bundle.l10n.json');

/** Every sentence of the extension, as `t('…')` and `vscode.l10n.t('…')` name it. */
function sentences(): string[] {
  const dir = path.join(root, 'src/extension');
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const found = new Set<string>();
  for (const name of names) {
    const text = readFileSync(path.join(dir, name), 'utf8');
    for (const [, single, double] of text.matchAll(/\bt\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)) {
      found.add((single ?? double ?? '').replace(/\\(.)/g, '$1'));
    }
    // What front matter keys are for is written where they are declared.
    if (name === path.join('planFiles', 'planCompletion.ts')) continue;
    const calls = [...text.matchAll(/\bl10n\.t\(/g)].length;
    const literal = [...text.matchAll(/\bl10n\.t\(\s*['"]/g)].length;
    assert.equal(calls, literal, `${name}: every sentence is written out, so that it can be translated`);
  }
  for (const { docs, default: value } of [...frontMatterKeys.plan, ...frontMatterKeys.task]) {
    found.add(docs);
    if (value !== undefined) found.add(value);
  }
  return [...found].sort();
}

describe('the sentences of the extension', () => {
  it('are all in l10n/bundle.l10n.json, and no other (SWITCHYARD_UPDATE=1 writes it)', () => {
    const wanted = Object.fromEntries(sentences().map((sentence) => [sentence, sentence]));
    if (process.env.SWITCHYARD_UPDATE === '1') writeFileSync(bundle, `${JSON.stringify(wanted, null, 2)}\n`);
    const has = JSON.parse(readFileSync(bundle, 'utf8')) as Record<string, string>;
    assert.deepEqual(Object.keys(has), Object.keys(wanted));
  });

  it('fill in each placeholder from 0 on', () => {
    for (const sentence of sentences()) {
      const numbers = [...new Set([...sentence.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1])))].sort();
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index),
        sentence,
      );
    }
  });
});
