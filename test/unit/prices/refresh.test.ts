import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import path from 'node:path';
import { silentLog } from '../../../src/core/ports';
import { bookOf, laterPrices } from '../../../src/core/prices/book';
import { entriesFromLiteLlm } from '../../../src/core/prices/litellm';
import { createPricer } from '../../../src/core/prices/pricer';
import { PriceError, readRefreshedPrices, refreshPrices } from '../../../src/core/prices/refresh';
import { openStore, type Store } from '../../../src/core/store/store';
import { withTempDir } from '../support/repositories';

const token = (millions: number) => millions / 1e6;

/** In the form of LiteLLM's list; prices made up where a test is about them. */
function listed(): Record<string, unknown> {
  const models = Array.from({ length: 25 }, (_, index) => [
    `mistral/filler-${index}`,
    { litellm_provider: 'mistral', mode: 'chat', input_cost_per_token: token(1), output_cost_per_token: token(2) },
  ]);
  return {
    sample_spec: { litellm_provider: 'one of https://docs.litellm.ai/docs/providers', input_cost_per_token: 0.0 },
    ...Object.fromEntries(models),
    // As our table has it, in floating-point dollars per token.
    'claude-opus-5-5': {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: 4e-6,
      output_cost_per_token: 2e-5,
      cache_creation_input_token_cost: 5e-6,
      cache_creation_input_token_cost_above_1hr: 8e-6,
      cache_read_input_token_cost: 2e-7,
    },
    // Changed.
    'claude-sonnet-5-5': {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: token(1),
      output_cost_per_token: token(5),
      cache_creation_input_token_cost: token(1.25),
      cache_read_input_token_cost: token(0.05),
    },
    // New, with a tier of its own.
    'claude-nova-6': {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: token(1),
      output_cost_per_token: token(5),
      cache_creation_input_token_cost: token(1.25),
      cache_read_input_token_cost: token(0.1),
      input_cost_per_token_above_150k_tokens: token(2),
      output_cost_per_token_above_150k_tokens: token(10),
      cache_creation_input_token_cost_above_150k_tokens: token(2.5),
      cache_read_input_token_cost_above_150k_tokens: token(0.2),
      input_cost_per_token_batches: token(0.5),
      output_cost_per_token_batches: token(2.5),
      provider_specific_entry: { us: 1.1, fast: 3 },
    },
    'claude-nova-6-20270101': {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: 0.5,
      output_cost_per_token: 0.5,
    },
    'us.anthropic.claude-nova-6-v1:0': {
      litellm_provider: 'bedrock_converse',
      mode: 'chat',
      input_cost_per_token: token(9),
      output_cost_per_token: token(9),
    },
    'gpt-8-2027-02-01': {
      litellm_provider: 'openai',
      mode: 'responses',
      input_cost_per_token: token(3),
      output_cost_per_token: token(6),
    },
    'gpt-8-2027-01-01': {
      litellm_provider: 'openai',
      mode: 'responses',
      input_cost_per_token: token(4),
      output_cost_per_token: token(8),
    },
    'gemini/gemini-9-preview': {
      litellm_provider: 'gemini',
      mode: 'chat',
      input_cost_per_token: 0,
      output_cost_per_token: 0,
    },
    'gpt-image-9': {
      litellm_provider: 'openai',
      mode: 'image_generation',
      input_cost_per_token: token(5),
      output_cost_per_token: token(5),
    },
  };
}

function entry(list: unknown, model: string) {
  return entriesFromLiteLlm(list, '2026-11-21').find((one) => one.model === model);
}

const flat = (usd: number) => ({ input: usd, output: usd, cacheWrite5m: usd, cacheWrite1h: usd, cacheRead: usd });
const opus5 = { input: 5, output: 25, cacheWrite5m: 6.25, cacheWrite1h: 10, cacheRead: 0.5 };
const template = { longPrompt: null, fast: null, batch: null, source: 'LiteLLM' };
const none = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };

describe('prices: LiteLLM’s list', () => {
  it('is read with its tier, whose threshold stands in the keys’ names, and its modes', () => {
    assert.deepEqual(entry(listed(), 'claude-nova-6'), {
      model: 'claude-nova-6',
      since: '2026-11-21',
      rates: { input: 1, output: 5, cacheWrite5m: 1.25, cacheWrite1h: 2, cacheRead: 0.1 },
      longPrompt: {
        above: 150_000,
        rates: { input: 2, output: 10, cacheWrite5m: 2.5, cacheWrite1h: 4, cacheRead: 0.2 },
      },
      fast: 3,
      batch: 0.5,
      source: 'LiteLLM',
    });
  });

  it('where it is silent about the cache, the proportions are those that are known', () => {
    const rates = { input: 4, output: 20, cacheWrite5m: 5, cacheWrite1h: 5, cacheRead: 0.4 };
    const list = {
      'gpt-5.6-sol': {
        litellm_provider: 'openai',
        mode: 'chat',
        input_cost_per_token: token(2),
        output_cost_per_token: token(10),
        input_cost_per_token_priority: token(4),
        output_cost_per_token_priority: token(20),
        input_cost_per_token_above_272k_tokens: token(4),
        output_cost_per_token_above_272k_tokens: token(15),
      },
    };
    const [sol] = entriesFromLiteLlm(list, '2026-12-01', new Map([['gpt-5.6-sol', rates]]));
    assert.deepEqual(sol?.rates, { input: 2, output: 10, cacheWrite5m: 2.5, cacheWrite1h: 2.5, cacheRead: 0.2 });
    assert.deepEqual(sol?.longPrompt?.rates, {
      input: 4,
      output: 15,
      cacheWrite5m: 5,
      cacheWrite1h: 5,
      cacheRead: 0.4,
    });
    assert.equal(sol?.fast, 2);
    const [unknown] = entriesFromLiteLlm(list, '2026-12-01');
    assert.deepEqual([unknown?.rates.cacheWrite5m, unknown?.rates.cacheRead], [2, 2], 'else what input costs');
  });

  it('an hour in Anthropic’s cache costs twice the input, whatever the list says', () => {
    const listedWrong = {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: token(15),
      output_cost_per_token: token(75),
      cache_creation_input_token_cost_above_1hr: 6e-6,
    };
    assert.equal(entry({ 'claude-3-opus-20240229': listedWrong }, 'claude-3-opus')?.rates.cacheWrite1h, 30);
  });

  it('of several names the plain one counts, then the newest', () => {
    assert.equal(entry(listed(), 'claude-nova-6')?.rates.input, 1);
    assert.equal(entry(listed(), 'gpt-8')?.rates.input, 3);
  });

  it('leaves out resellers, what is no text model, and what is listed at 0', () => {
    for (const model of ['gemini-9-preview', 'gpt-image-9', 'sample_spec'])
      assert.equal(entry(listed(), model), undefined);
    assert.ok(entriesFromLiteLlm(listed(), '2026-11-21').every(({ rates }) => rates.input > 0));
  });

  it('Bad input: what is no price', () => {
    const good = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };
    const bad: readonly unknown[] = [
      null,
      7,
      'x',
      [],
      {},
      { ...good, input_cost_per_token: -1 },
      { ...good, input_cost_per_token: '1e-6' },
      { ...good, output_cost_per_token: 1e9 },
      { ...good, output_cost_per_token: null },
      { ...good, litellm_provider: 3 },
      { ...good, mode: 'embedding' },
    ];
    for (const one of bad) assert.equal(entry({ model: one }, 'model'), undefined, JSON.stringify(one));
    for (const list of [null, [], 3, 'x', [good]]) assert.deepEqual(entriesFromLiteLlm(list, '2026-11-21'), []);
    const hostile = JSON.parse(
      `{"__proto__": ${JSON.stringify(good)}, "${'x'.repeat(1_000)}": ${JSON.stringify(good)}}`,
    );
    assert.deepEqual(
      entriesFromLiteLlm(hostile, '2026-11-21').map(({ model }) => model),
      ['__proto__'],
    );
    const odd = { ...good, input_cost_per_token_above_0k_tokens: 1, provider_specific_entry: { fast: 'x' } };
    assert.deepEqual([entry({ odd }, 'odd')?.longPrompt, entry({ odd }, 'odd')?.fast], [null, null]);
  });
});

describe('prices: refreshed', () => {
  const priced = (book: ReturnType<typeof bookOf>, model: string, day: string) =>
    createPricer(book).price({
      model,
      at: Date.parse(`${day}T00:00:00Z`),
      tokens: { ...none, input: 1e5 },
      speed: 'standard',
      batch: false,
      webSearches: 0,
    });
  const refreshed = { fetchedAt: '2026-12-01', entries: entriesFromLiteLlm(listed(), '2026-12-01') };

  it('hold from the day they were fetched on, or ever since where the model had none', () => {
    const book = bookOf({ prices: {}, priceDiscounts: {} }, refreshed);
    assert.equal(priced(book, 'claude-sonnet-5-5', '2026-11-30')?.rates.input, 2);
    assert.equal(priced(book, 'claude-sonnet-5-5', '2026-12-01')?.rates.input, 1);
    assert.equal(priced(book, 'claude-sonnet-5-5', '2026-12-01')?.entry.source, 'LiteLLM');
    assert.equal(priced(book, 'claude-nova-6', '2026-11-01')?.rates.input, 1);
    assert.equal(book.asOf, '2026-12-01');
  });

  it('change nothing of a price that is the same, nor what the list does not tell of a mode', () => {
    const book = bookOf({ prices: {}, priceDiscounts: {} }, refreshed);
    assert.match(priced(book, 'claude-opus-5-5', '2026-12-05')?.entry.source ?? '', /^https/);
    assert.equal(priced(book, 'claude-sonnet-5-5', '2026-12-05')?.entry.batch, 0.5);
  });

  it('fetched again, answers of before keep the price of then', () => {
    const then = [{ ...template, model: 'new', since: '2026-12-01', rates: flat(1) }];
    const first = laterPrices(null, { fetchedAt: '2026-12-01', entries: then });
    const again = laterPrices(first, {
      fetchedAt: '2026-12-10',
      entries: [{ ...template, model: 'new', since: '2026-12-10', rates: flat(1) }],
    });
    assert.deepEqual(again, { fetchedAt: '2026-12-10', entries: first.entries });
    const changed = laterPrices(again, {
      fetchedAt: '2026-12-20',
      entries: [{ ...template, model: 'new', since: '2026-12-20', rates: flat(2) }],
    });
    const gone = laterPrices(changed, { fetchedAt: '2026-12-25', entries: [] });
    for (const list of [changed, gone]) {
      const book = bookOf({ prices: {}, priceDiscounts: {} }, list);
      const days = ['2026-11-01', '2026-12-19', '2026-12-20'];
      assert.deepEqual(
        days.map((day) => priced(book, 'new', day)?.rates.input),
        [1, 1, 2],
      );
    }
  });

  it('a price that went up and came down again is the table’s again', () => {
    const at = (since: string, input: number) => ({
      ...template,
      model: 'claude-opus-5',
      since,
      rates: { ...opus5, input },
    });
    const up = laterPrices(null, { fetchedAt: '2026-12-01', entries: [at('2026-12-01', 6)] });
    const down = laterPrices(up, { fetchedAt: '2026-12-10', entries: [at('2026-12-10', 5)] });
    const book = bookOf({ prices: {}, priceDiscounts: {} }, down);
    const days = ['2026-11-30', '2026-12-01', '2026-12-10'];
    assert.deepEqual(
      days.map((day) => priced(book, 'claude-opus-5', day)?.rates.input),
      [5, 6, 5],
    );
  });

  it('of a model in the table, a table of a later day knows better', () => {
    const entries = [{ ...template, model: 'claude-opus-5', since: '2026-01-01', rates: flat(9) }];
    const book = bookOf({ prices: {}, priceDiscounts: {} }, { fetchedAt: '2026-01-01', entries });
    assert.equal(priced(book, 'claude-opus-5', '2026-11-01')?.rates.input, 5);
  });

  it('never beat the user’s own', () => {
    const book = bookOf({ prices: { 'claude-sonnet-5-5': { input: 7, output: 7 } }, priceDiscounts: {} }, refreshed);
    assert.equal(priced(book, 'claude-sonnet-5-5', '2026-12-05')?.rates.input, 7);
  });
});

describe('prices: refreshing', () => {
  it('fetches, keeps what came, and is read again by another process', async () => {
    await withStore(async (store, folder) => {
      assert.equal(await readRefreshedPrices(store.documents), null);
      const now = () => new Date('2026-12-01T10:00:00Z');
      const came = await served(answerWith(200, JSON.stringify(listed())), (address) =>
        refreshPrices(store.documents, { address, now }),
      );
      assert.equal(came.fetchedAt, '2026-12-01');
      const again = await openStore(folder, { log: silentLog, actor: 'cli' });
      assert.deepEqual(await readRefreshedPrices(again.documents), came);
      again.dispose();
    });
  });

  const failures: readonly (readonly [string, RequestListener, PriceError['reason'], RegExp])[] = [
    ['a server that says no', answerWith(404, ''), 'unreachable', /answered 404/],
    ['a page that is no JSON', answerWith(200, '<html>'), 'bad-price-list', /no JSON/],
    ['another list', answerWith(200, '{"a": 1}'), 'bad-price-list', /only 0 models/],
    ['a list without an end', endless, 'bad-price-list', /longer than 16 MB/],
    ['a server that never answers', () => undefined, 'unreachable', /in time/],
    ['a server that hangs up', (request) => request.socket.destroy(), 'unreachable', /cannot be fetched/],
  ];
  for (const [what, server, reason, message] of failures) {
    it(`Bad input: ${what}: the prices of before stay`, async () => {
      await withStore(async (store) => {
        const before = await served(answerWith(200, JSON.stringify(listed())), (address) =>
          refreshPrices(store.documents, { address }),
        );
        await assert.rejects(
          served(server, (address) =>
            refreshPrices(store.documents, { address, patience: what.includes('never') ? 200 : 8_000 }),
          ),
          (error) => error instanceof PriceError && error.reason === reason && message.test(error.message),
        );
        assert.deepEqual(await readRefreshedPrices(store.documents), before);
      });
    });
  }

  it('can be cancelled', async () => {
    await withStore(async (store) => {
      const signal = AbortSignal.abort();
      await assert.rejects(
        served(answerWith(200, '{}'), (address) => refreshPrices(store.documents, { address, signal })),
        (error) => error instanceof PriceError && error.reason === 'cancelled',
      );
    });
  });

  it('Bad input: a damaged document counts as none', async () => {
    await withStore(async (store, folder) => {
      await writeFile(path.join(folder, 'cache', 'prices.json'), '{"v":1,"fetchedAt":"x","entries":[]}');
      assert.equal(await readRefreshedPrices(store.documents), null);
    });
  });
});

async function withStore(use: (store: Store, folder: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const folder = path.join(dir, 'switchyard');
    const store = await openStore(folder, { log: silentLog, actor: 'cli' });
    try {
      await use(store, folder);
    } finally {
      store.dispose();
    }
  });
}

function answerWith(status: number, body: string): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  };
}

function endless(...[, response]: Parameters<RequestListener>): void {
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

async function served<T>(listener: RequestListener, use: (address: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/list.json`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
