import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  changesScheme,
  commandIds,
  conflictScheme,
  containerId,
  contextKeys,
  dispatchPlaces,
  emptinesses,
  itemFlags,
  panelIds,
  settingKeys,
  settingsSection,
  viewIds,
  walkthroughId,
} from '../../src/extension/contributions';

const root = path.resolve(import.meta.dirname, '../..');

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
interface Step {
  readonly description: string;
  readonly media: { readonly svg: string };
  readonly completionEvents: readonly string[];
}
interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly l10n: string;
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly icon?: string;
      readonly enablement?: string;
    }[];
    readonly keybindings: readonly MenuEntry[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when: string }[];
    readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
    readonly configuration: {
      readonly properties: Readonly<
        Record<
          string,
          {
            readonly default: unknown;
            readonly enum?: readonly string[];
            readonly scope: string;
            readonly markdownDescription: string;
          }
        >
      >;
    };
    readonly walkthroughs: readonly { readonly id: string; readonly steps: readonly Step[] }[];
  };
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(root, name), 'utf8')) as T;
}

const manifest = readJson<Manifest>('package.json');
const words = readJson<Record<string, string>>('package.nls.json');
const { contributes } = manifest;

/** All sources of the extension, as one text per file. */
function sources(): Map<string, string> {
  const dir = path.join(root, 'src/extension');
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [name, readFileSync(path.join(dir, name), 'utf8')]));
}

function codicons(): Set<string> {
  const text = readFileSync(path.join(root, 'node_modules/@vscode/codicons/dist/codiconsLibrary.ts'), 'utf8');
  return new Set([...text.matchAll(/register\('([a-z0-9-]+)'/g)].map((match) => match[1] ?? ''));
}

const menuEntries = Object.entries(contributes.menus).flatMap(([menu, entries]) =>
  entries.map((entry) => ({ menu, entry })),
);

/** Every `when` of the manifest. */
function clauses(): string[] {
  const all = [
    ...menuEntries.map(({ entry }) => entry.when),
    ...contributes.keybindings.map(({ when }) => when),
    ...contributes.viewsWelcome.map(({ when }) => when),
    ...contributes.commands.map(({ enablement }) => enablement),
  ];
  return all.filter((when) => when !== undefined);
}

describe('the manifest and the code', () => {
  it('name the same commands, each once', () => {
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual([...declared].sort(), Object.values(commandIds).sort());
    assert.equal(new Set(declared).size, declared.length);
  });

  it('have a handler for each command, in one table whose type demands it', () => {
    const text = sources().get(path.join('commands', 'registerCommands.ts')) ?? '';
    assert.match(text, /const handlers: Readonly<Record<CommandName, Handler>> = \{/);
  });

  it('name the same settings', () => {
    const declared = Object.keys(contributes.configuration.properties);
    const known = Object.values(settingKeys).map((key) => `${settingsSection}.${key}`);
    assert.deepEqual([...declared].sort(), [...known].sort());
  });

  it('use each setting and each context key', () => {
    const texts = [...sources()].filter(([name]) => name !== 'contributions.ts').map(([, text]) => text);
    for (const key of Object.keys(settingKeys)) {
      assert.ok(
        texts.some((text) => text.includes(`'${key}'`)),
        `the setting ${key} is read`,
      );
    }
    for (const key of Object.keys(contextKeys)) {
      assert.ok(
        texts.some((text) => text.includes(`contextKeys.${key}`)),
        `the context key ${key} is set`,
      );
    }
    const all = clauses().join(' ');
    for (const key of Object.values(contextKeys)) assert.ok(all.includes(key), `${key} is used in the manifest`);
  });

  it('offer the same places to start agents in', () => {
    const setting = contributes.configuration.properties[`${settingsSection}.${settingKeys.dispatchIn}`];
    assert.deepEqual([...(setting?.enum ?? [])].sort(), [...dispatchPlaces].sort());
    assert.equal(setting?.default, 'terminal');
  });

  it('write no id of a command, setting, view or context key outside of the typed maps', () => {
    for (const [name, text] of sources()) {
      if (name === 'contributions.ts' || name.startsWith('planFiles')) continue;
      const strings = [...text.matchAll(/'(switchyard\.[A-Za-z.]+)'/g)].map((match) => match[1]);
      // The launcher of Windows is a file, no id.
      assert.deepEqual(
        strings.filter((id) => id !== 'switchyard.cmd'),
        [],
        `${name} names ids of its own`,
      );
    }
  });

  it('show the views in the container', () => {
    assert.deepEqual(
      contributes.views[containerId]?.map(({ id }) => id),
      Object.values(viewIds),
    );
    assert.equal(contributes.viewsContainers.activitybar[0]?.id, containerId);
  });
});

describe('the manifest', () => {
  it('has a welcome view for each reason of emptiness', () => {
    const reasons = emptinesses.filter((reason) => reason !== 'none');
    const shown = contributes.viewsWelcome.map(({ when }) => when);
    assert.deepEqual([...shown].sort(), reasons.map((reason) => `${contextKeys.empty} == ${reason}`).sort());
  });

  it('puts only its own commands on menus and keys', () => {
    const known = new Set<string>(Object.values(commandIds));
    for (const { entry } of menuEntries) assert.ok(known.has(entry.command), entry.command);
    for (const { command } of contributes.keybindings) assert.ok(known.has(command), command);
  });

  it('names only known keys in when clauses', () => {
    const known = new Set<string>([
      ...Object.values(contextKeys),
      'view',
      'viewItem',
      'resourceScheme',
      'activeWebviewPanelId',
    ]);
    const views = new Set<string>(Object.values(viewIds));
    for (const clause of clauses()) {
      for (const part of clause.split('&&').map((each) => each.trim())) {
        const [key = '', operator, value = ''] = part.split(/\s+(==|=~)\s+/);
        assert.ok(known.has(key), `${key} in ${clause}`);
        if (key === 'view') assert.ok(views.has(value), clause);
        if (key === contextKeys.empty)
          assert.ok(
            emptinesses.some((each) => each === value),
            clause,
          );
        if (key === 'resourceScheme') {
          const pattern = /^\/(.*)\/$/.exec(value)?.[1] ?? '$^';
          for (const scheme of [changesScheme, conflictScheme]) assert.match(scheme, new RegExp(pattern));
        }
        if (key === 'activeWebviewPanelId') assert.equal(value, panelIds.integration);
        if (key === 'viewItem') assert.equal(operator, '=~');
      }
    }
  });

  it('names only nouns and flags that rows have', () => {
    const flags: Readonly<Record<string, readonly string[]>> = itemFlags;
    for (const clause of clauses()) {
      const item = /viewItem =~ \/\^([a-z]+)\\b(?:\.\*\\\+([a-z]+)\\b)?\//.exec(clause);
      if (!clause.includes('viewItem')) continue;
      assert.ok(item, clause);
      const [, noun = '', flag] = item;
      assert.ok(noun in flags, `${noun} in ${clause}`);
      if (flag !== undefined) assert.ok(flags[noun]?.includes(flag), `${flag} in ${clause}`);
    }
  });

  it('gives no row more than three inline actions', () => {
    // The flags of a task exclude each other: ready, or running, or startable, or finished, or restorable.
    const resting = ['worktree', 'changes', 'file', 'app', 'cleanable', 'syncable', 'forgettable'];
    const exclusive = [
      ['ready', 'file'],
      ['running', 'worktree', 'changes', 'file', 'elsewhere', 'app'],
      ['startable', 'opens', 'setupfailed', ...resting],
      ['finished', ...resting],
      ['restorable', 'forgettable', 'file'],
    ];
    const rows = [
      ...exclusive.flatMap((flags) => [
        ['task', ...flags, 'reviewable'].join('+'),
        ['task', ...flags, 'conflict'].join('+'),
      ]),
      'plan+file+ready',
      'worktree+openable+task',
      'worktree+adoptable+conflict+openable',
      'worktree+adoptable+openable',
      'changes+changes',
      'cleaned+archives',
      'app',
      'file',
    ];
    for (const view of Object.values(viewIds)) {
      for (const row of rows) {
        const inline = (contributes.menus['view/item/context'] ?? []).filter(({ group, when }) => {
          const pattern = /viewItem =~ \/(.*)\/$/.exec(when ?? '')?.[1];
          return (
            group?.startsWith('inline') && when?.includes(`view == ${view} `) && new RegExp(pattern ?? '$^').test(row)
          );
        });
        assert.ok(inline.length <= 3, `${row}: ${inline.map(({ command }) => command).join(', ')}`);
        assert.equal(
          new Set(inline.map(({ command }) => command)).size,
          inline.length,
          `${row}: one button per command`,
        );
      }
    }
  });

  it('names only icons of the codicon font and files that are there', () => {
    const known = codicons();
    for (const { icon, command } of contributes.commands) {
      const id = /^\$\(([a-z-]+)\)$/.exec(icon ?? '')?.[1];
      assert.ok(id !== undefined && known.has(id), `${icon} of ${command}`);
    }
    const files = [
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...(contributes.views[containerId] ?? []).map(({ icon }) => icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
    ];
    for (const file of files) assert.ok(existsSync(path.join(root, file)), file);
  });

  it('has every text of package.nls.json and no other', () => {
    const used = [...JSON.stringify(manifest).matchAll(/%([A-Za-z.]+)%/g)].map((match) => match[1] ?? '');
    assert.deepEqual([...new Set(used)].sort(), Object.keys(words).sort());
  });

  it('links only commands that are there, from texts of ours', () => {
    const known = new Set<string>(Object.values(commandIds));
    for (const [key, text] of Object.entries(words)) {
      for (const [, command = ''] of text.matchAll(/\(command:([A-Za-z0-9._]+)/g)) {
        const ours = command.startsWith('switchyard.') && !command.endsWith('.focus');
        assert.ok(!ours || known.has(command), `${command} in ${key}`);
        if (command.endsWith('.focus')) assert.equal(command, `${viewIds.tasks}.focus`);
      }
    }
  });

  it('has the walkthrough that the welcome view links', () => {
    assert.equal(contributes.walkthroughs[0]?.id, walkthroughId);
    assert.ok(words['welcome.noTask']?.includes(encodeURIComponent(`switchyard.switchyard#${walkthroughId}`)));
    const known = new Set<string>([
      ...Object.values(commandIds).map((id) => `onCommand:${id}`),
      `onView:${viewIds.tasks}`,
    ]);
    for (const { completionEvents } of contributes.walkthroughs[0]?.steps ?? []) {
      for (const event of completionEvents) assert.ok(known.has(event), event);
    }
  });

  it('runs nothing in an untrusted workspace, and takes no program from its settings', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.equal(virtualWorkspaces.supported, false);
    const properties = contributes.configuration.properties;
    const machine = Object.keys(properties).filter((key) => properties[key]?.scope === 'machine-overridable');
    for (const key of machine) assert.ok(untrustedWorkspaces.restrictedConfigurations.includes(key), key);
    for (const key of untrustedWorkspaces.restrictedConfigurations) assert.ok(key in properties, key);
    for (const key of ['agentPaths', 'customAgents', 'worktreeRoot'] as const) {
      assert.ok(machine.includes(`${settingsSection}.${settingKeys[key]}`), key);
    }
  });

  it('is activated at start-up, for its own documents and for panels that come back', () => {
    assert.deepEqual([...manifest.activationEvents].sort(), [
      `onFileSystem:${changesScheme}`,
      `onFileSystem:${conflictScheme}`,
      'onStartupFinished',
      `onWebviewPanel:${panelIds.costs}`,
      `onWebviewPanel:${panelIds.integration}`,
    ]);
  });
});
