import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder, type Figure, git, makeRepository, median } from './measure';

/** Writes when its process began (ms since 1970, before Node's own start-up) and ends soon. */
const agentProgram = `
require('node:fs').writeFileSync(process.env.BENCH_STARTED, String(performance.timeOrigin));
setTimeout(() => {}, 400);
`;

/**
 * From a prompt on the command line to the agent's process running, Node's own start included, side by side with
 * `git worktree add` alone on the same repository; interleaved, medians.
 */
export function promptToAgent(cli: string, rounds = 7): Figure[] {
  const folder = benchFolder();
  try {
    const repository = join(folder.path, 'project');
    makeRepository(repository, 20_000);
    const agent = join(folder.path, 'agent.cjs');
    writeFileSync(agent, agentProgram);
    const settings = join(folder.path, 'settings.json');
    writeFileSync(
      settings,
      JSON.stringify({
        wipLimit: 1000,
        customAgents: { bench: { command: [process.execPath, agent, '{briefFile}'] } },
      }),
    );
    const plain: number[] = [];
    const spin: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const beside = join(folder.path, 'plain', `w${round}`);
      mkdirSync(join(folder.path, 'plain'), { recursive: true });
      const before = performance.now();
      git(repository, 'worktree', 'add', '-q', '--no-track', '-b', `plain-${round}`, beside, 'HEAD');
      plain.push(performance.now() - before);

      const started = join(folder.path, `started-${round}`);
      const at = Date.now();
      const result = spawnSync(
        process.execPath,
        [cli, '-C', repository, 'spin', `Say hello number ${round}`, '--agent', 'bench', '--headless', '--json'],
        { encoding: 'utf8', env: { ...process.env, BENCH_STARTED: started, SWITCHYARD_SETTINGS: settings } },
      );
      if (result.status !== 0) throw new Error(`spin failed: ${result.stderr}`);
      const deadline = Date.now() + 10_000;
      while (!existsSync(started) && Date.now() < deadline)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      spin.push(Number(readFileSync(started, 'utf8')) - at);
    }
    const alone = median(plain);
    const value = median(spin);
    return [
      {
        name: 'prompt → agent process, 20,000 files',
        value,
        unit: 'ms',
        limit: Math.min(5000, alone * 1.3 + 300),
        beside: `git worktree add alone ${alone.toFixed(0)} ms (ratio ${(value / alone).toFixed(2)})`,
      },
    ];
  } finally {
    folder.remove();
  }
}
