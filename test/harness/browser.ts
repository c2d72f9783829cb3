import { type Browser, chromium } from 'playwright-core';
import { ensureChromium } from '../../scripts/provision.mjs';
import { onCleanup } from './cleanup';

/** A headless Chromium that talks to nobody but loopback. Closed at clean-up. */
export async function launchBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  onCleanup(() => browser.close());
  return browser;
}
