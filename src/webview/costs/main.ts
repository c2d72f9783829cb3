import type { CostsPageState, FromCosts } from '../../protocol/costs';
import type { CostsWords } from '../../protocol/costsWords';
import { pageState, toCosts } from './host';
import { CostsPage } from './page';

const tickMs = 1000;

/** Starts the panel in its page: the host's sentences stand in the page, everything else comes by messages. */
function start(): void {
  const host = acquireVsCodeApi<FromCosts, CostsPageState>();
  const state = pageState(host.getState());
  const page = new CostsPage(
    {
      words: JSON.parse(document.body.dataset.words ?? '{}') as CostsWords,
      language: document.documentElement.lang,
      post: (message) => host.postMessage(message),
      save: (kept) => host.setState(kept),
    },
    state,
  );
  document.body.append(page.element);
  window.addEventListener('message', (event) => {
    const message = toCosts(event.data);
    if (message !== null) page.receive(message);
  });
  setInterval(() => page.tick(), tickMs);
  host.postMessage({ kind: 'view', view: state.view });
  host.postMessage({ kind: 'ready' });
}

start();
