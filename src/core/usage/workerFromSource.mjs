// Runs `worker.ts` in a thread, for tests and benchmarks: there, Node 20 is not told how to read TypeScript.
import { tsImport } from 'tsx/esm/api';

await tsImport('./worker.ts', import.meta.url);
