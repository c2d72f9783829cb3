import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** Which folders each folder may import from (docs/style-guide.md). */
const allowed = {
  components: ['hooks', 'contract'],
  hooks: ['contract'],
  handlers: ['middleware', 'db', 'models', 'contract'],
  middleware: ['contract'],
  db: ['models', 'contract'],
  models: ['contract'],
  contract: [],
};

for (const [layer, others] of Object.entries(allowed)) {
  test(`${layer} imports from ${others.join(', ') || 'nothing'} only`, () => {
    for (const file of readdirSync(path.join(source, layer)).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(path.join(source, layer, file), 'utf8');
      for (const [, folder] of text.matchAll(/from '\.\.\/([^/']+)\//g)) {
        assert.ok(others.includes(folder), `${layer}/${file} imports from ${folder}`);
      }
    }
  });
}
