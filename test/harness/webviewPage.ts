import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '../../scripts/provision.mjs';
import { panelPage } from '../../src/extension/panels/page';
import { type ThemeKind, themes } from './themes';

const origin = 'https://panel.test';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a page is: its folder in `src/webview`, and what its host puts into it. */
export interface WebviewPageKind {
  readonly name: string;
  readonly title: string;
  readonly words: unknown;
}

export interface WebviewPageOptions {
  readonly theme?: ThemeKind;
  readonly width?: number;
  readonly height?: number;
  readonly forcedColors?: boolean;
}

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** The page of a panel in a browser, with its real policy; the host's half is the test. */
export class WebviewPage<From, To, State> {
  constructor(
    readonly page: Page,
    readonly name: string,
  ) {
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
  }

  /** Problems of the page itself: errors, and what its policy refused. */
  readonly problems: string[] = [];

  /** Messages of the page since it was loaded. */
  posted(): Promise<From[]> {
    return this.page.evaluate<From[]>('posted');
  }

  /** What the page keeps over a reload. */
  kept(): Promise<State | null> {
    return this.page.evaluate<State | null>("JSON.parse(sessionStorage.getItem('state'))");
  }

  async send(message: To): Promise<void> {
    await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
  }

  async drawn(): Promise<void> {
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  /** The accessible name of what has the focus. */
  focused(): Promise<string> {
    return this.page.evaluate<string>(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
    );
  }

  /** A picture for people, `out/screenshots/<page>-<name>.png`, in the long run. */
  async screenshot(name: string): Promise<void> {
    if (process.env.SWITCHYARD_LONG !== '1') return;
    await this.page.screenshot({ path: path.join(projectRoot, 'out/screenshots', `${this.name}-${name}.png`) });
  }

  /** What an accessibility checker finds in the page, as far as it is serious. */
  async seriousFindings(): Promise<string[]> {
    // In the test's own world: the page's policy lets no script in, and is not loosened for this.
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('Runtime.evaluate', { expression: axe });
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression:
        'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => JSON.stringify(violations))',
      awaitPromise: true,
    });
    assert.equal(exceptionDetails, undefined);
    const findings = JSON.parse(String(result.value)) as Finding[];
    return findings
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`);
  }
}

/** Loads a page of a panel; its script has run when this resolves, and said its first word. */
export async function loadWebviewPage(browser: Browser, kind: WebviewPageKind, o: WebviewPageOptions): Promise<Page> {
  const { script, style } = await bundle(kind.name);
  const page = await browser.newPage({
    viewport: { width: o.width ?? 1280, height: o.height ?? 800 },
    forcedColors: o.forcedColors === true ? 'active' : 'none',
  });
  const html = panelPage({
    script: `${origin}/${kind.name}.js`,
    style: `${origin}/${kind.name}.css`,
    source: origin,
    language: 'en',
    title: kind.title,
    words: kind.words,
  });
  const files: Readonly<Record<string, { contentType: string; body: string }>> = {
    '/': { contentType: 'text/html', body: html },
    [`/${kind.name}.js`]: { contentType: 'text/javascript', body: script },
    [`/${kind.name}.css`]: { contentType: 'text/css', body: style },
  };
  await page.route(`${origin}/**`, (route) => {
    const file = files[new URL(route.request().url()).pathname];
    return file === undefined ? route.fulfill({ status: 404 }) : route.fulfill(file);
  });
  await page.addInitScript({ content: fakeHost(themes[o.theme ?? 'dark']) });
  return page;
}

/** Goes to a page that was loaded; it has said `ready` when this resolves. */
export async function startWebviewPage(page: Page): Promise<void> {
  await page.goto(`${origin}/`);
  await page.waitForFunction("posted.some(({ kind }) => kind === 'ready')");
}

const built = new Map<string, Promise<{ script: string; style: string }>>();

/** The page's script and style, as the extension's build makes them. */
function bundle(name: string): Promise<{ script: string; style: string }> {
  const known = built.get(name) ?? build(name);
  built.set(name, known);
  return known;
}

async function build(name: string): Promise<{ script: string; style: string }> {
  const dir = path.join(projectRoot, 'src/webview', name);
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(dir, 'main.ts'), path.join(dir, `${name}.css`)],
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
