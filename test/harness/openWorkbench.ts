import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser';
import { packagedExtension } from './packagedExtension';
import { type InstalledServerOptions, startInstalledServer, type VsCodeServer } from './vscodeServer';
import { openWindow } from './windows';
import { Workbench } from './workbench';

/** A server with Switchyard installed, a browser, and a window on a folder. */
export interface Session {
  readonly server: VsCodeServer;
  readonly browser: Browser;
  readonly workbench: Workbench;
  /** Opens one more window in a browser context of its own. */
  open(folder: string): Promise<Workbench>;
  /** Ends the browser and the server before the end of the run, when the next test starts its own. */
  close(): Promise<void>;
}

/**
 * Starts the packaged Switchyard in a server of its own and opens a window on `folder`. Everything is ended at
 * clean-up (`mochaHooks.ts`).
 */
export async function openWorkbench(folder: string, options: InstalledServerOptions = {}): Promise<Session> {
  const vsix = options.vsix ?? [await packagedExtension()];
  const [server, browser] = await Promise.all([startInstalledServer({ ...options, vsix }), launchBrowser()]);
  const open = async (target: string): Promise<Workbench> => {
    return new Workbench(await openWindow(browser, server.windowUrl(target))).ready();
  };
  const close = async () => {
    await browser.close();
    await server.stop();
  };
  return { server, browser, workbench: await open(folder), open, close };
}
