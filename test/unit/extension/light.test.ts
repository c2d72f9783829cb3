import { strict as assert } from 'node:assert';
import path from 'node:path';
import * as esbuild from 'esbuild';

const root = path.join(import.meta.dirname, '../../..');

/** What is in the file that VS Code evaluates while it starts: all else is loaded when it is used. */
async function filesAtStart(): Promise<string[]> {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/extension/extension.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    outfile: 'extension.js',
    external: ['vscode', './core', '../core'],
    logLevel: 'silent',
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []));
}

describe('what a window loads while it starts', () => {
  it('is no library, and nothing of the rooms that read and write', async () => {
    const files = await filesAtStart();
    assert.ok(files.includes('src/extension/extension.ts'));
    assert.deepEqual(
      files.filter((file) => file.startsWith('node_modules/') || file.startsWith('src/core/store/')),
      [],
    );
  });
});
