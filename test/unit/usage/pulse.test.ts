import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecordReader } from '../../../src/core/agents/records';
import { RecordPulse } from '../../../src/core/usage/pulse';
import { withTempDir } from '../support/repositories';

describe('whether records have changed', () => {
  it('is told of every change of a record, of what lies beside it, and of nothing else', () =>
    withTempDir(async (dir) => {
      const read = () => assert.fail('nothing is read');
      const root = (name: string) => ({
        dir: path.join(dir, name),
        descends: () => true,
        holds: (file: string) => /\.(?:jsonl|db)$/.test(file),
      });
      const readers: RecordReader[] = [
        { agent: 'lines', roots: () => [root('lines')], kind: 'lines', open: read },
        {
          agent: 'whole',
          roots: () => [root('whole')],
          kind: 'whole',
          beside: (file) => [`${file.path}-wal`],
          read,
        },
      ];
      const pulse = new RecordPulse({ readers, places: { env: {}, home: dir, platform: process.platform } });
      assert.deepEqual([pulse.hasChanged(), pulse.hasChanged()], [true, false], 'there is nothing yet');
      const file = path.join(dir, 'lines/deep/down/a.jsonl');
      const changes: Record<string, () => Promise<unknown>> = {
        'a new folder': () => mkdir(path.dirname(file), { recursive: true }).then(() => writeFile(file, 'one\n')),
        appended: () => appendFile(file, 'two\n'),
        'of the same length': () => writeFile(file, 'TWO\none\n').then(() => utimes(file, 1, 1)),
        'a new file': () => writeFile(path.join(dir, 'lines/deep/b.jsonl'), ''),
        'a database': () => mkdir(path.join(dir, 'whole')).then(() => writeFile(path.join(dir, 'whole/a.db'), '')),
        'its log': () => writeFile(path.join(dir, 'whole/a.db-wal'), 'more'),
      };
      for (const [what, change] of Object.entries(changes)) {
        await change();
        assert.deepEqual([pulse.hasChanged(), pulse.hasChanged()], [true, false], what);
      }
      await writeFile(path.join(dir, 'lines/deep/notes.txt'), 'no record');
      await rm(file);
      assert.equal(pulse.hasChanged(), false);
    }));
});
