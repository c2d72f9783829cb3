import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser';
import { keepToExit } from './cleanup';
import { packagedExtension } from './packagedExtension';
import { type InstalledServerOptions, startInstalledServer, type VsCodeServer } from './vscodeServer';
import { openWindow } from './windows';
import { Workbench } from './workbench';

/** A server with Switchyard installed, and a browser. */
export interface Host {
  readonly server: VsCodeServer;
  readonly browser: Browser;
  /** Opens a window on a folder, or on none, in a browser context of its own. */
  open(folder: string | null): Promise<Workbench>;
  /** Ends the browser and the server before the end of the run, when the next test starts its own. */
  close(): Promise<void>;
}

/** A host and a first window on a folder. */
export interface Session extends Host {
  readonly workbench: Workbench;
}

/** Starts the packaged Switchyard in a server of its own; ended at clean-up at the latest (`mochaHooks.ts`). */
export async function startHost(options: InstalledServerOptions = {}): Promise<Host> {
  const vsix = options.vsix ?? [await packagedExtension()];
  const [server, browser] = await Promise.all([startInstalledServer({ ...options, vsix }), launchBrowser()]);
  const open = async (folder: string | null): Promise<Workbench> => {
    return new Workbench(await openWindow(browser, server.windowUrl(folder))).ready();
  };
  const close = async () => {
    await browser.close();
    await server.stop();
  };
  return { server, browser, open, close };
}

/** Starts a host and opens a window on `folder`. */
export async function openWorkbench(folder: string, options: InstalledServerOptions = {}): Promise<Session> {
  const host = await startHost(options);
  return { ...host, workbench: await host.open(folder) };
}

let shared: Promise<Host> | undefined;

/**
 * One host for all tests that need nothing of their own, because each server costs seconds: the demo agent is the
 * default and works for 8 s. It serves all files of a process of tests, one after another: a test closes its windows
 * and takes back its settings (`changeSettings({})`).
 */
export function sharedHost(): Promise<Host> {
  shared ??= keepToExit(() =>
    startHost({
      settings: { 'switchyard.defaultAgent': 'demo' },
      environment: { SWITCHYARD_DEMO_SECONDS: '8' },
    }),
  );
  return shared;
}
