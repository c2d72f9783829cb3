import { strict as assert } from 'node:assert';
import path from 'node:path';
import { silentLog } from '../../../src/core/ports';
import { openStore } from '../../../src/core/store/store';
import { stopAgent } from '../../../src/core/tasks/stopAgent';
import { makeRepository, withTempDir } from '../support/repositories';
import { alive, bodies, cliFile, finished, makeAgent, startCli, taskRow, until, writePlan } from './support';

const ref = { plan: 'p', task: 'one' };

describe('stopping an agent', () => {
  before(async function () {
    this.timeout(60_000);
    await cliFile();
  });

  it('ends it through its runner, and the task rests with its session instead of having failed', async () => {
    await withTempDir(async (dir) => {
      const repository = await makeRepository(dir);
      const agent = await makeAgent(dir, bodies.stays);
      await writePlan(repository, 'p', { one: '---\ntitle: One\nagent: test\n---\nDo it.\n' });
      const runner = await startCli(repository, ['run', 'p/one', '--headless'], { env: agent.env });
      const ended = finished(runner);
      await until('the agent runs', async () => (await agent.starts()).length === 1);
      const pid = (await agent.starts())[0]?.pid ?? 0;
      const row = await until('it is on record', async () => {
        const now = await taskRow(repository, 'p/one', { env: agent.env });
        return now.state === 'working' ? now : null;
      });
      const store = await openStore(path.join(repository, '.git/switchyard'), { log: silentLog, actor: 'window' });
      assert.equal(await stopAgent(store, ref), 'stopped');
      await ended;
      await until('its process is gone', async () => !alive(pid));
      const after = await taskRow(repository, 'p/one', { env: agent.env });
      assert.deepEqual(
        after.conditions.map(({ kind, source }) => [kind, source]),
        [['paused', 'human']],
      );
      assert.equal(after.next, 'resume');
      assert.equal(after.agent.session, row.agent.session);
      assert.equal(await stopAgent(store, ref), 'none');
      store.dispose();
    });
  });
});
