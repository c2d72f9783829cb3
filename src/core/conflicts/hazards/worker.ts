// The program of the worker thread in which hazards are judged: `dist/hazards.js`.
import { parentPort, workerData } from 'node:worker_threads';
import { GitError } from '../../git/errors';
import { createGit } from '../../git/git';
import type { Log } from '../../ports';
import { Judgement } from './judgement';
import type { FromWorker, ToWorker, WorkerStart } from './messages';

const aliveMs = 1_000;

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('This program runs in a worker thread only.');
  const tell = (message: FromWorker) => port.postMessage(message);
  const at = (level: keyof Log) => (message: string) => tell({ kind: 'log', level, message });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const { gitPath, env } = workerData as WorkerStart;
  const judgement = new Judgement(createGit({ gitPath, env: { ...env }, log }), log);
  const running = new Map<number, AbortController>();

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'cancel') {
      running.get(message.id)?.abort();
      return;
    }
    const { id, question } = message;
    const end = new AbortController();
    running.set(id, end);
    judgement
      .judge(question, end.signal)
      .then((answer) => tell({ kind: 'answer', id, answer }))
      .catch((error: unknown) => {
        const reason = GitError.is(error) ? error.reason : 'failed';
        tell({ kind: 'failed', id, reason, message: error instanceof Error ? error.message : String(error) });
      })
      .finally(() => running.delete(id));
  });
  tell({ kind: 'alive' });
  setInterval(() => tell({ kind: 'alive' }), aliveMs).unref();
}

main();
