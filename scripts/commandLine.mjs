// How the command line is bundled: by the build, and by the tests that run it as it ships.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @type {import('esbuild').BuildOptions} */
export const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // ESM first: the CommonJS builds of some dependencies (yaml, zod) cannot be tree-shaken.
  mainFields: ['module', 'main'],
  // CommonJS here: the other build asks `import.meta` where it lies, which no bundle of this format has.
  alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
  // The bundles are CommonJS, which has another name for where a file lies.
  define: { 'import.meta.dirname': '__dirname' },
  legalComments: 'none',
};

/** The beginning of a bundle of modules: what dependencies that are CommonJS expect. */
export const commonJs = `import { createRequire as requireFrom } from 'node:module';
const require = requireFrom(import.meta.url);
const { dirname: __dirname, filename: __filename } = import.meta;`;

/** The command line's first file is small, so that what must be fast is: all other commands are loaded when one is run. */
const commandsBeside = {
  name: 'commands-beside',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^\.\/program$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './cli-program.mjs', external: true } : undefined,
    );
  },
};

/**
 * The command line: `cli.js`, the programs of its worker threads, and `cli-*.mjs`, of which a command loads only those
 * that it needs: modules, since only they can be split.
 * @param {string} outdir
 * @returns {import('esbuild').BuildOptions[]}
 */
export function commandLine(outdir) {
  return [
    {
      ...node,
      entryPoints: { cli: 'src/cli/main.ts' },
      outdir,
      banner: { js: '#!/usr/bin/env node' },
      plugins: [commandsBeside],
    },
    {
      ...node,
      define: {},
      entryPoints: { 'cli-program': 'src/cli/program.ts' },
      outdir,
      format: 'esm',
      splitting: true,
      outExtension: { '.js': '.mjs' },
      chunkNames: 'cli-[name]-[hash]',
      banner: { js: commonJs },
    },
    // `src/core/conflicts/hazards/workerJudge.ts` and `src/core/usage/workerMeter.ts` find them beside them.
    { ...node, entryPoints: { hazards: 'src/core/conflicts/hazards/worker.ts' }, outdir },
    { ...node, entryPoints: { usage: 'src/core/usage/worker.ts' }, outdir },
  ];
}
