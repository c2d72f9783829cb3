import type { FromPanel, PanelState } from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import { panelState, toPanel } from './host';
import { Panel } from './panel';

const tickMs = 1000;

/** Starts the panel in its page: the host's sentences stand in the page, everything else comes by messages. */
function start(): void {
  const host = acquireVsCodeApi<FromPanel, PanelState>();
  const words = JSON.parse(document.body.dataset.words ?? '{}') as PanelWords;
  const panel = new Panel(
    {
      words,
      language: document.documentElement.lang,
      post: (message) => host.postMessage(message),
      save: (state) => host.setState(state),
    },
    panelState(host.getState()),
  );
  document.body.append(panel.element);
  window.addEventListener('message', (event) => {
    const message = toPanel(event.data);
    if (message !== null) panel.receive(message);
  });
  setInterval(() => panel.tick(), tickMs);
  host.postMessage({ kind: 'ready' });
}

start();
