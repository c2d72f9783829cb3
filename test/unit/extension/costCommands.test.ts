import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { silentLog } from '../../../src/core/ports';
import { readRefreshedPrices } from '../../../src/core/prices/refresh';
import { openStore, type Store } from '../../../src/core/store/store';
import { withTempDir } from '../support/repositories';
import { fewWeeks } from './costFacts';

interface Commands {
  exportCosts(services: unknown): Promise<void>;
  refreshPrices(services: unknown): Promise<void>;
}

/** What the editor is asked, and what it answers. */
class Editor {
  readonly said: string[] = [];
  /** Label of what is chosen from a list; null: the list is left. */
  choice: string | null = null;
  /** Where it is saved; null: the dialog is left. */
  target: string | null = null;
  /** Button of a question; null: it is left. */
  button: string | null = null;
  offered: string | undefined;

  readonly api = {
    l10n: { t: (text: string, ...parts: unknown[]) => text.replace(/\{(\d)\}/g, (_, at) => String(parts[Number(at)])) },
    CancellationError: class CancellationError extends Error {},
    Uri: { joinPath: (base: { fsPath: string }, name: string) => ({ fsPath: path.join(base.fsPath, name) }) },
    window: {
      showQuickPick: async (items: { label: string }[]) => items.find(({ label }) => label === this.choice),
      showSaveDialog: async (o: { defaultUri?: { fsPath: string } }) => {
        this.offered = o.defaultUri?.fsPath;
        return this.target === null ? undefined : { fsPath: this.target };
      },
      showInformationMessage: async (text: string) => {
        this.said.push(text);
        return this.button ?? undefined;
      },
      withProgress: (_o: unknown, work: () => Promise<unknown>) => work(),
    },
    workspace: { fs: { writeFile: (uri: { fsPath: string }, bytes: Uint8Array) => writeFile(uri.fsPath, bytes) } },
    commands: { executeCommand: async () => undefined },
  };
}

/** The commands as the extension has them, with this editor instead of the real one. */
async function commandsIn(dir: string, editor: Editor): Promise<Commands> {
  const root = path.resolve(import.meta.dirname, '../../..');
  const outfile = path.join(dir, 'costs.cjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'src/extension/commands/costs.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    plugins: [
      {
        name: 'editor',
        setup(build) {
          build.onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'editor' }));
          // The rest of the extension's second bundle has nothing to do with it.
          build.onResolve({ filter: /^\.\.\/core$/ }, () => ({ path: path.join(root, 'src/core/prices/refresh.ts') }));
          build.onLoad({ filter: /.*/, namespace: 'editor' }, () => ({ contents: 'module.exports = editorOfTest' }));
        },
      },
    ],
  });
  const missing = { get: (api: object, name: string) => Reflect.get(api, name) ?? class {} };
  Object.assign(globalThis, { editorOfTest: new Proxy(editor.api, missing) });
  return createRequire(import.meta.url)(outfile) as Commands;
}

const price = { litellm_provider: 'mistral', mode: 'chat', input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };
const list = JSON.stringify(Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`mistral/model-${i}`, price])));

describe('commands of the panel of costs', function () {
  this.timeout(20_000);
  const usualFetch = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = usualFetch;
    Reflect.deleteProperty(globalThis, 'editorOfTest');
  });

  async function withCommands(
    fn: (o: {
      dir: string;
      editor: Editor;
      commands: Commands;
      services: object;
      store: Store;
      refreshed: () => number;
    }) => Promise<void>,
  ): Promise<void> {
    await withTempDir(async (dir) => {
      const editor = new Editor();
      const store = await openStore(path.join(dir, 'store'), { log: silentLog, actor: 'window' });
      let refreshed = 0;
      const refresh = async () => {
        refreshed += 1;
      };
      const session = {
        repository: { store },
        folders: [{ folder: { uri: { fsPath: dir } } }],
        costs: { state: fewWeeks().state, refresh },
      };
      const services = {
        choose: { session: async () => session },
        costs: { current: async () => null },
      };
      try {
        const commands = await commandsIn(dir, editor);
        await fn({ dir, editor, commands, services, store, refreshed: () => refreshed });
      } finally {
        store.dispose();
      }
    });
  }

  it('write what was chosen into the file that was chosen', () =>
    withCommands(async ({ dir, editor, commands, services }) => {
      editor.target = path.join(dir, 'costs.out');
      const written = async (choice: string) => {
        editor.choice = choice;
        await commands.exportCosts(services);
        return readFile(editor.target ?? '', 'utf8');
      };
      assert.match(await written('Table as CSV'), /^task,usd_estimate,at_least,.*\r\n/);
      assert.match(editor.offered ?? '', /costs-\d{4}-\d\d-\d\d\.csv$/);
      assert.match(await written('Every Session, Day and Model as CSV'), /^task,type,day,agent,session,model,/);
      const json = JSON.parse(await written('Table as JSON'));
      assert.deepEqual(Object.keys(json), ['rows', 'total', 'pricesAsOf', 'skipped', 'quotas']);
      assert.match(editor.offered ?? '', /\.json$/);
      assert.deepEqual(editor.said, Array(3).fill(`The costs are in ${editor.target}.`));
    }));

  it('write nothing when the user leaves, and say what the file system says', () =>
    withCommands(async ({ dir, editor, commands, services }) => {
      const before = await readdir(dir);
      await assert.rejects(commands.exportCosts(services), editor.api.CancellationError);
      editor.choice = 'Table as CSV';
      await commands.exportCosts(services);
      editor.target = path.join(dir, 'not there', 'costs.csv');
      await assert.rejects(commands.exportCosts(services), /ENOENT/);
      assert.deepEqual([await readdir(dir), editor.said], [before, []]);
    }));

  it('fetch prices only when the user says so, and have everything priced anew', () =>
    withCommands(async ({ editor, commands, services, store, refreshed }) => {
      const asked: string[] = [];
      globalThis.fetch = async (address) => {
        asked.push(String(address));
        return new Response(list);
      };
      await commands.refreshPrices(services);
      assert.deepEqual([asked, refreshed(), await readRefreshedPrices(store.documents)], [[], 0, null]);
      editor.button = 'Fetch Prices';
      await commands.refreshPrices(services);
      assert.deepEqual([asked.length, new URL(asked[0] ?? '').host, refreshed()], [1, 'raw.githubusercontent.com', 1]);
      assert.equal((await readRefreshedPrices(store.documents))?.entries.length, 25);
      assert.match(editor.said.at(-1) ?? '', /^25 prices of \d{4}-\d\d-\d\d are in force\.$/);
    }));

  it('Bad input: keep the prices of before when the network answers nonsense, an error or nothing', () =>
    withCommands(async ({ editor, commands, services, store, refreshed }) => {
      editor.button = 'Fetch Prices';
      globalThis.fetch = async () => new Response(list);
      await commands.refreshPrices(services);
      const before = await readRefreshedPrices(store.documents);
      const answers: Record<string, () => Promise<Response>> = {
        'is no JSON': async () => new Response('<html>'),
        'only 0 models': async () => new Response('{}'),
        'answered 503': async () => new Response('', { status: 503 }),
        'longer than 16 MB': async () => new Response(new Uint8Array(17 * 1024 * 1024)),
        getaddrinfo: async () => Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo') })),
      };
      for (const [why, answer] of Object.entries(answers)) {
        globalThis.fetch = answer;
        await assert.rejects(commands.refreshPrices(services), (error: Error) => {
          assert.ok(error.message.includes(why) && error.message.includes('prices of before stay'), error.message);
          return true;
        });
      }
      assert.deepEqual(await readRefreshedPrices(store.documents), before);
      assert.equal(refreshed(), 1, 'nothing is priced anew for a list that did not come');
    }));
});
