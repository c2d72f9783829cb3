import type { Browser, BrowserContext, Page } from 'playwright-core';
import { waitFor } from './waitFor';

/** How a window that VS Code opens is caught. */
export interface WindowOptions {
  /**
   * Leave it in the browser context of its opener, as one browser has it: both share what VS Code keeps in the
   * browser, live. Default: a context of its own with a copy of that state, because headless pages that had been in
   * the background timed out on screenshots and ignored `vscode.openFolder`.
   */
  readonly sameContext?: boolean;
  readonly deadlineMs?: number;
}

/** Addresses of windows VS Code wanted to open and nobody has taken yet, by the context that wanted them. */
const wantedWindows = new WeakMap<BrowserContext, string[]>();

const contexts = new Set<BrowserContext>();

/** Every page that is open now, for pictures of a failure. */
export function openPages(): Page[] {
  return [...contexts].flatMap((context) => context.pages()).filter((page) => !page.isClosed());
}

/** Addresses of the windows that VS Code wanted to open from this one and that no test has taken. */
export function windowsWanted(opener: Page): readonly string[] {
  return wantedWindows.get(opener.context()) ?? [];
}

/** Opens a window of VS Code in a browser context of its own. */
export async function openWindow(browser: Browser, url: string, from?: BrowserContext): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    // The opener's state (trust, views' places) lives in IndexedDB.
    ...(from === undefined ? {} : { storageState: await from.storageState({ indexedDB: true }) }),
  });
  const wanted: string[] = [];
  wantedWindows.set(context, wanted);
  contexts.add(context);
  context.on('close', () => contexts.delete(context));
  await context.exposeBinding('switchyardWindowWanted', (_source, address: string) => {
    wanted.push(address);
  });
  await context.addInitScript(catchOpen);
  const page = await context.newPage();
  // Not until all is loaded: what a window must have is waited for where it is used.
  await page.goto(url, { waitUntil: 'commit', timeout: 60_000 });
  return page;
}

/** What the function below uses of the page it runs in. */
interface PageGlobal {
  readonly top: unknown;
  readonly location: { readonly href: string; readonly origin: string };
  open: (url?: string | URL, target?: string, features?: string) => unknown;
  switchyardPassThrough?: boolean;
  switchyardWindowWanted(url: string): Promise<void>;
}

/** Runs in the page: VS Code opens windows by `window.open` and only asks whether it returned something. */
function catchOpen(): void {
  const page = globalThis as unknown as PageGlobal;
  if (page.top !== page) return;
  const open = page.open.bind(page);
  page.open = (url, target, features) => {
    const address = new URL(String(url ?? ''), page.location.href);
    if (page.switchyardPassThrough || address.origin !== page.location.origin) return open(url, target, features);
    void page.switchyardWindowWanted(address.href);
    return page;
  };
}

/**
 * Does something that makes VS Code open a window (`vscode.openFolder` with `forceNewWindow`, "New Window") and
 * returns that window's page.
 */
export async function captureWindow(opener: Page, open: () => Promise<unknown>, options: WindowOptions): Promise<Page> {
  const { sameContext = false, deadlineMs = 20_000 } = options;
  const context = opener.context();
  if (sameContext) {
    await opener.evaluate(() => Object.assign(globalThis, { switchyardPassThrough: true }));
    try {
      const [page] = await Promise.all([context.waitForEvent('page', { timeout: deadlineMs }), open()]);
      return page;
    } finally {
      await opener.evaluate(() => Object.assign(globalThis, { switchyardPassThrough: false }));
    }
  }
  const browser = context.browser();
  const wanted = wantedWindows.get(context);
  if (browser === null || wanted === undefined) throw new Error('This page was not opened by openWindow.');
  await open();
  const url = await waitFor('VS Code opens a window', () => wanted.shift(), { deadlineMs });
  return openWindow(browser, url, context);
}
