import { strict as assert } from 'node:assert';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { silentLog } from '../../../src/core/ports';
import { WorkerMeter } from '../../../src/core/usage/workerMeter';
import { comparable, measuredFigures, placesOf, questionOf, trueFigures } from '../support/records/metered';
import { sumsBy } from '../support/records/truth';
import { bytesOf, makeSessions, writeRecords } from '../support/records/writeRecords';
import { memoryFolder, withTempDir } from '../support/repositories';

const other = () => 'other';
const settings = { customAgents: {} };

describe('usage: against the truth, in another thread', function () {
  this.timeout(60_000);

  it('a worker knows at every moment what has been written', () =>
    withTempDir(async (dir) => {
      const places = placesOf(dir);
      const meter = new WorkerMeter({ settings, places, log: silentLog });
      try {
        const { answers, paths } = writeRecords(dir, { seed: 18, bytes: 0, sessions: 10, prose: 200 });
        const first = await meter.ask(questionOf());
        assert.deepEqual(measuredFigures(first.buckets), trueFigures(answers, other, 'UTC'));
        const more = [...makeSessions({ seed: 19, bytes: 0, sessions: 6, prose: 200 })];
        // Behind what is there; in a file that ended in half a line, the first line is lost with it.
        await appendFile(path.join(dir, paths[0] ?? ''), '\n');
        for (const { files } of more) {
          for (const file of files) await appendFile(path.join(dir, paths[0] ?? ''), bytesOf({ ...file, torn: null }));
        }
        const all = [...answers, ...more.flatMap((session) => session.answers)];
        const second = await meter.ask(questionOf());
        assert.deepEqual(measuredFigures(second.buckets), trueFigures(all, other, 'UTC'));
        const sum = comparable(sumsBy(all, () => 'total'));
        assert.deepEqual(measuredFigures((await meter.ask(questionOf())).buckets).total, sum);
      } finally {
        meter.dispose();
      }
    }, memoryFolder()));
});
