// Builds the three hosts, and the panels' pages. `vscode` is external only for the extension: a core file that imports it
// breaks the build of the command line, which proves the layering at every build.
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { commandLine, node } from './scripts/commandLine.mjs';

const require = createRequire(import.meta.url);
const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

const asked = {
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'info',
};

/** `import('./core')` of the extension stays a `require` of the bundle beside it, which is compiled when it is called. */
const coreBeside = {
  name: 'core-beside',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/core$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './core.js', external: true } : undefined,
    );
  },
};

const builds = [
  {
    ...node,
    entryPoints: { extension: 'src/extension/extension.ts' },
    outdir: 'dist',
    external: ['vscode'],
    plugins: [coreBeside],
    supported: { 'dynamic-import': false },
  },
  { ...node, entryPoints: { core: 'src/extension/core.ts' }, outdir: 'dist', external: ['vscode'] },
  // One page for each panel.
  ...['integration', 'costs'].map((panel) => ({
    ...node,
    platform: /** @type {const} */ ('browser'),
    format: /** @type {const} */ ('iife'),
    target: 'chrome134',
    entryPoints: ['main.ts', `${panel}.css`].map((file) => ({ in: `src/webview/${panel}/${file}`, out: panel })),
    outdir: 'dist/webview',
  })),
  ...commandLine('dist'),
];

// The suite that runs inside VS Code. mocha stays outside: it loads its own parts by name.
if (process.argv.includes('--tests')) {
  const files = (await readdir('test/vscode')).filter((file) => file === 'index.ts' || file.endsWith('.test.ts'));
  const entryPoints = files.map((file) => `test/vscode/${file}`);
  await rm('out/vscode', { recursive: true, force: true });
  builds.push({ ...node, entryPoints, outdir: 'out/vscode', external: ['vscode', 'mocha'], sourcemap: 'inline' });
}

await rm('dist', { recursive: true, force: true });
await copyGrammars('dist/grammars');
if (watch) {
  for (const build of builds) await (await esbuild.context({ ...asked, ...build })).watch();
} else {
  await Promise.all(builds.map((build) => esbuild.build({ ...asked, ...build })));
}

/**
 * The parser and the languages it knows, as WebAssembly: `src/core/conflicts/hazards/code/grammars.ts` finds them there.
 * @param {string} folder
 */
async function copyGrammars(folder) {
  const languages = ['typescript', 'tsx', 'javascript', 'python', 'go', 'rust', 'java'];
  const files = languages.map((language) => `@vscode/tree-sitter-wasm/wasm/tree-sitter-${language}.wasm`);
  await mkdir(folder, { recursive: true });
  for (const file of ['web-tree-sitter/web-tree-sitter.wasm', ...files]) {
    await copyFile(require.resolve(file), path.join(folder, path.basename(file)));
  }
}
