import { strict as assert } from 'node:assert';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {
  decodeMatrix,
  encodeMatrix,
  type MatrixDocument,
  matrixDocumentSchema,
} from '../../../../src/core/tasks/conflicts/matrixDocument';
import { readMatrix, readWorst } from '../../../../src/core/tasks/conflicts/readMatrix';
import { sampled } from '../../support/sampled';
import { withTasks } from '../support';
import { anyMatrix, matrixOf } from './matrices';

const throughDisk = (document: MatrixDocument): unknown => JSON.parse(JSON.stringify(document));

describe('the document of the matrix', () => {
  it('says the same after it was kept', () => {
    fc.assert(
      fc.property(anyMatrix, (state) => {
        const read = matrixDocumentSchema.parse(throughDisk(encodeMatrix(state)));
        assert.deepEqual(decodeMatrix(read), state);
      }),
      sampled(200),
    );
  });

  it('a hundred branches whose cells are clean take a few bytes a branch', () => {
    const branches = Array.from({ length: 100 }, (_, i) => ({ ref: `agent/task-${i + 100}` }));
    const json = matrixOf(branches, []);
    const encoded = JSON.stringify(encodeMatrix({ json, changed: new Map() }));
    assert.ok(encoded.length < 40_000, `${encoded.length} bytes`);
    assert.ok(JSON.stringify(json).length > 600_000);
  });

  it('whatever is damaged in it, the rest of the window goes on', () => {
    fc.assert(
      fc.property(anyMatrix, fc.nat(), fc.jsonValue(), (state, place, value) => {
        const document = throughDisk(encodeMatrix(state));
        assert.ok(typeof document === 'object' && document !== null);
        const keys = Object.keys(document);
        const damaged = { ...document, [keys[place % keys.length] ?? 'v']: value };
        const parsed = matrixDocumentSchema.safeParse(damaged);
        const read = parsed.success ? decodeMatrix(parsed.data) : null;
        if (read === null) return;
        // What still fits together has a cell for every pair.
        const n = read.json.branches.length;
        assert.equal(read.json.pairs.length, (n * n - n) / 2);
      }),
      sampled(300),
    );
  });

  it('bad input: runs that claim to be endless, and more branches than any repository has', () => {
    const document = encodeMatrix({ json: matrixOf([{ ref: 'a' }, { ref: 'b' }], []), changed: new Map() });
    for (const pairs of [[0, 2 ** 50], [0, -1], [0], [], [7, 1], [0, 0, 0, 1, 0, 1]]) {
      assert.equal(decodeMatrix({ ...document, pairs }), null, JSON.stringify(pairs));
    }
    const many = Array.from({ length: 1_001 }, (_, i) => ({ ...document.branches[0], ref: `${i}` }));
    assert.equal(decodeMatrix({ ...document, branches: many as MatrixDocument['branches'] }), null);
  });

  it('bad input: a damaged document is like none, and is set aside', async () => {
    await withTasks([], async ({ repository }) => {
      const { context, store } = repository;
      const json = matrixOf([{ ref: 'a' }], []);
      await store.documents.write('matrix', 'matrix', encodeMatrix({ json, changed: new Map([['a', []]]) }));
      assert.equal((await readMatrix(context))?.json.branches[0]?.ref, 'a');
      const folder = path.join(store.dir, 'matrix');
      for (const text of ['', '{', 'null', '{"v":1}', '\0\0\0']) {
        await writeFile(path.join(folder, 'matrix.json'), text);
        assert.equal(await readMatrix(context), null, text);
        assert.ok(!(await readdir(folder)).includes('matrix.json'), text);
      }
      // One of a later version is left for those who can read it.
      await writeFile(path.join(folder, 'matrix.json'), '{"v":2}');
      assert.equal(await readMatrix(context), null);
      assert.ok((await readdir(folder)).includes('matrix.json'));
      assert.equal((await readWorst(context)).size, 0);
    });
  });
});
