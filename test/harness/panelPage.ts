import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '../../scripts/provision.mjs';
import type { ConflictsJson } from '../../src/contract/conflicts';
import { panelWords } from '../../src/extension/integration/panelWords';
import { type MatrixFacts, panelMatrix } from '../../src/extension/integration/renderModel';
import { panelPage } from '../../src/extension/panels/page';
import type { FromPanel, PanelSnapshot, PanelState, ToPanel } from '../../src/protocol/integration';
import { t } from '../unit/extension/rows';
import { type ThemeKind, themes } from './themes';

const origin = 'https://panel.test';

/** The panel's script and style, as the extension's build makes them. */
async function bundle(): Promise<{ script: string; style: string }> {
  const dir = path.join(projectRoot, 'src/webview/integration');
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(dir, 'main.ts'), path.join(dir, 'integration.css')],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome134',
    outdir: '/out',
    write: false,
    logLevel: 'silent',
  });
  const text = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}

let built: ReturnType<typeof bundle> | undefined;

/** What the panel gets of a matrix, through the host's own code. */
export function snapshotOf(
  json: ConflictsJson | null,
  changes: Partial<PanelSnapshot & MatrixFacts> = {},
): PanelSnapshot {
  const { rows = [], plans = [], ...rest } = changes;
  return {
    now: json?.generatedAt ?? new Date().toISOString(),
    repositories: [{ id: '/repo/.git', name: 'repo' }],
    repository: '/repo/.git',
    busy: false,
    empty: null,
    matrix: json === null ? null : panelMatrix({ json, rows, plans }, t),
    checklists: [],
    ...rest,
  };
}

/** The panel's page in a browser, with its real policy; the host's half is the test. */
export class PanelPage {
  constructor(readonly page: Page) {}

  /** Messages of the panel since it was loaded. */
  posted(): Promise<FromPanel[]> {
    return this.page.evaluate<FromPanel[]>('posted');
  }

  /** What the panel keeps over a reload. */
  kept(): Promise<PanelState | null> {
    return this.page.evaluate<PanelState | null>("JSON.parse(sessionStorage.getItem('state'))");
  }

  async send(message: ToPanel): Promise<void> {
    await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
  }

  /** Sends a snapshot, and waits until all of what is seen is drawn. */
  async show(snapshot: PanelSnapshot): Promise<void> {
    await this.send({ kind: 'snapshot', snapshot });
    await this.page
      .locator(snapshot.matrix === null ? '.empty:not([hidden])' : 'tbody td')
      .first()
      .waitFor();
    await this.drawn();
  }

  async drawn(): Promise<void> {
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await this.page.locator('table:not([aria-busy])').waitFor({ state: 'attached' });
  }

  /** The accessible name of what has the focus. */
  focused(): Promise<string> {
    return this.page.evaluate<string>(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
    );
  }

  /** Problems of the page itself: errors, and what its policy refused. */
  readonly problems: string[] = [];

  async screenshot(name: string): Promise<string> {
    const file = path.join(projectRoot, 'out/screenshots', `panel-${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }
}

export interface PanelPageOptions {
  readonly theme?: ThemeKind;
  readonly width?: number;
  readonly height?: number;
  readonly forcedColors?: boolean;
}

/** Opens the panel's page; it has said `ready` when this resolves. */
export async function openPanelPage(browser: Browser, o: PanelPageOptions = {}): Promise<PanelPage> {
  built ??= bundle();
  const { script, style } = await built;
  const page = await browser.newPage({
    viewport: { width: o.width ?? 1280, height: o.height ?? 800 },
    forcedColors: o.forcedColors === true ? 'active' : 'none',
  });
  const panel = new PanelPage(page);
  page.on('pageerror', (error) => panel.problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && panel.problems.push(message.text()));
  const html = panelPage({
    script: `${origin}/integration.js`,
    style: `${origin}/integration.css`,
    source: origin,
    language: 'en',
    title: 'Integration',
    words: panelWords(t),
  });
  const files: Readonly<Record<string, { contentType: string; body: string }>> = {
    '/': { contentType: 'text/html', body: html },
    '/integration.js': { contentType: 'text/javascript', body: script },
    '/integration.css': { contentType: 'text/css', body: style },
  };
  await page.route(`${origin}/**`, (route) => {
    const file = files[new URL(route.request().url()).pathname];
    return file === undefined ? route.fulfill({ status: 404 }) : route.fulfill(file);
  });
  await page.addInitScript({ content: fakeHost(themes[o.theme ?? 'dark']) });
  await page.goto(`${origin}/`);
  await page.waitForFunction('posted.length > 0');
  return panel;
}

/** VS Code's half of a webview: runs in the page, before its own script. */
function fakeHost(theme: (typeof themes)[ThemeKind]): string {
  return `
    const theme = ${JSON.stringify(theme)};
    window.posted = [];
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => posted.push(message),
      getState: () => JSON.parse(sessionStorage.getItem('state')),
      setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
    });
    document.addEventListener('DOMContentLoaded', () => {
      document.body.className = theme.className;
      for (const [name, value] of Object.entries(theme.colors)) document.documentElement.style.setProperty(name, value);
    });`;
}
