import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createSampleRepository } from '../../scripts/sampleRepository.mjs';
import { makeFolder } from './cleanup';
import { repositoryAt, type SampleRepository } from './sampleRepository';

/**
 * The sample of `npm start`: a plan `activity-dashboard` of four tasks (database, api, frontend, tests).
 * @param agent who works on every task instead of the demo agent
 */
export async function makeDashboardRepository(agent = 'demo'): Promise<SampleRepository> {
  const root = path.join(await makeFolder('repository'), 'activity-dashboard');
  await createSampleRepository(root);
  const plan = path.join(root, '.switchyard/activity-dashboard');
  for (const name of await readdir(plan)) {
    const file = path.join(plan, name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^agent: demo$/m, `agent: ${agent}`));
  }
  return repositoryAt(root);
}
