import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureServer, type ServerBuild } from '../../scripts/provision.mjs';
import { makeFolder } from './cleanup';
import { cleanEnvironment, type Program, startProgram } from './programs';

/** User settings of VS Code by their ids. */
export type Settings = Readonly<Record<string, unknown>>;

/** What both kinds of server take. */
export interface ServerOptions {
  /** Added to a clean environment; `HOME` is a fresh folder unless given here. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Added to the quiet settings below. */
  readonly settings?: Settings;
  /** Workspace Trust on, as a user has it. Default: off, so that nothing asks. */
  readonly trust?: boolean;
}

/** Options of the server that has extensions installed. */
export interface InstalledServerOptions extends ServerOptions {
  /** Packaged extensions to install. */
  readonly vsix?: readonly string[];
}

const quietSettings: Settings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  // It draws the last command over the text below it.
  'terminal.integrated.stickyScroll.enabled': false,
  // Settings, trust and the like as tabs: a modal editor covers what a test looks at.
  'workbench.editor.useModal': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  // Only the DOM renderer leaves text that can be read.
  'terminal.integrated.gpuAcceleration': 'off',
};

/** A VS Code server, its folders and its log. Ended at clean-up at the latest. */
export class VsCodeServer {
  constructor(
    readonly build: ServerBuild,
    readonly url: string,
    readonly home: string,
    readonly settingsFile: string,
    private readonly baseSettings: Settings,
    private readonly program: Program,
  ) {}

  /** What the server printed; missing native modules (spdlog, sqlite) are noise of the npm build. */
  get log(): string {
    return this.program.output;
  }

  get pid(): number | undefined {
    return this.program.pid;
  }

  /** `127.0.0.1:<port>`: the authority of `vscode-remote:` URIs. */
  get authority(): string {
    return new URL(this.url).host;
  }

  /** Address of a window on a folder, or on none. @param payload pairs for mode A, see `startPayloadServer` */
  windowUrl(folder: string | null, payload?: readonly (readonly [string, string])[]): string {
    const url = new URL(this.url);
    if (folder === null) url.searchParams.set('ew', 'true');
    else url.searchParams.set('folder', folder);
    if (payload !== undefined) url.searchParams.set('payload', JSON.stringify(payload));
    return url.href;
  }

  /** Rewrites the user settings; an open window follows when it is reloaded. @param changes added to those the server was started with */
  async changeSettings(changes: Settings): Promise<void> {
    await writeSettings(this.settingsFile, { ...this.baseSettings, ...changes });
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }
}

/**
 * VS Code's own server, which accepts a payload: extensions in development and their tests (mode A).
 * Source of the payload's format: `IWorkbenchConstructionOptions.workspaceProvider.payload` of vscode's web server.
 */
export async function startPayloadServer(options: ServerOptions = {}): Promise<VsCodeServer> {
  const build = await ensureServer();
  const folder = await makeFolder('server');
  const args = [
    path.join(build.vscode, 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
    ...['--server-data-dir', folder, '--disable-telemetry'],
    // Without this the payload is ignored, silently.
    '--enable-smoke-test-driver',
  ];
  const settingsFile = path.join(folder, 'data/User/settings.json');
  return start(build, folder, args, /Extension host agent listening on (\d+)/, settingsFile, options);
}

/** code-server as a person uses it, with extensions installed from their packages (mode B). */
export async function startInstalledServer(options: InstalledServerOptions = {}): Promise<VsCodeServer> {
  const build = await ensureServer();
  const folder = await makeFolder('server');
  const home = options.environment?.HOME ?? path.join(folder, 'home');
  const common = ['--user-data-dir', path.join(folder, 'user'), '--extensions-dir', path.join(folder, 'extensions')];
  // A config of ours: without one code-server writes its own into HOME.
  const config = path.join(folder, 'config.yaml');
  await writeFile(config, 'auth: none\n');
  const entry = [path.join(build.root, 'out/node/entry.js'), '--config', config, ...common];
  for (const vsix of options.vsix ?? []) {
    const install = startProgram(build.node, [...entry, '--install-extension', vsix], {
      cwd: folder,
      env: cleanEnvironment(home),
    });
    if ((await install.waitForExit(60_000)) !== 0)
      throw new Error(`${vsix} could not be installed:\n${install.output}`);
  }
  const args = [...entry, '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'];
  const settingsFile = path.join(folder, 'user/User/settings.json');
  return start(build, folder, args, /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/, settingsFile, options);
}

async function start(
  build: ServerBuild,
  folder: string,
  args: readonly string[],
  listening: RegExp,
  settingsFile: string,
  options: ServerOptions,
): Promise<VsCodeServer> {
  const trust = options.trust ?? false;
  const home = options.environment?.HOME ?? path.join(folder, 'home');
  await mkdir(home, { recursive: true });
  const settings = { ...quietSettings, 'security.workspace.trust.enabled': trust, ...options.settings };
  await writeSettings(settingsFile, settings);
  const program = startProgram(build.node, trust ? args : [...args, '--disable-workspace-trust'], {
    cwd: folder,
    env: cleanEnvironment(home, options.environment),
  });
  const [, port] = await program.waitForOutput(listening);
  return new VsCodeServer(build, `http://127.0.0.1:${port}/`, home, settingsFile, settings, program);
}

async function writeSettings(file: string, settings: Settings): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  // Replaced, as VS Code does it itself: half a file would be read as settings that are gone.
  await writeFile(`${file}.new`, JSON.stringify(settings, undefined, 2));
  await rename(`${file}.new`, file);
}
