// The hazards' worker, which dies when it is asked about a side called `deadly`, and stays in an endless loop for one
// called `endless`. `SWITCHYARD_HAZARDS_WORKER` is the address of the program that it otherwise is.
import process from 'node:process';
import { parentPort } from 'node:worker_threads';

const on = parentPort.on.bind(parentPort);
parentPort.on = (event, listener) =>
  on(event, (message) => {
    const refs = message.kind === 'judge' ? message.question.sides.map(({ ref }) => ref) : [];
    if (refs.includes('deadly')) process.exit(7);
    while (refs.includes('endless'));
    listener(message);
  });
await import(process.env.SWITCHYARD_HAZARDS_WORKER);
