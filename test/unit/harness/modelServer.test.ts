import { strict as assert } from 'node:assert';
import { cleanUp } from '../../harness/cleanup';
import { ModelServer } from '../../harness/modelServer';
import { waitFor } from '../../harness/waitFor';

const tools = [{ name: 'Write' }, { name: 'Bash' }];

interface Reply {
  readonly stop_reason: string;
  readonly content: readonly { type: string; text?: string; name?: string; input?: unknown }[];
}

describe('the stand-in model', () => {
  let model: ModelServer;
  beforeEach(async () => {
    model = await ModelServer.start();
  });
  afterEach(() => cleanUp());

  async function ask(messages: readonly unknown[], offered: readonly unknown[] = tools): Promise<Reply> {
    const response = await fetch(`${model.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', system: 'working directory: /repo\n', messages, tools: offered }),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as Reply;
  }

  it('follows a script turn by turn, however often a turn is asked for again', async () => {
    model.script('Do it', { write: { 'a.txt': 'A' } }, { run: 'git status' });
    const first = [{ role: 'user', content: 'Do it' }];
    const write = { type: 'tool_use', name: 'Write', input: { file_path: '/repo/a.txt', content: 'A' } };
    for (let attempt = 0; attempt < 2; attempt++) {
      const [call] = (await ask(first)).content;
      assert.deepEqual({ type: call?.type, name: call?.name, input: call?.input }, write);
    }
    const result = { role: 'user', content: [{ type: 'tool_result', content: 'Do it: written' }] };
    const second = [...first, { role: 'assistant', content: [write] }, result];
    assert.equal((await ask(second)).content[0]?.name, 'Bash');
    const third = [...second, { role: 'assistant', content: [] }, result];
    const last = await ask(third);
    assert.deepEqual([last.stop_reason, last.content[0]?.text], ['end_turn', 'Done.']);
  });

  it('follows the script whose text came latest', async () => {
    model.script('first wish', { say: 'one' });
    model.script('second wish', { say: 'two' });
    const messages = [
      { role: 'user', content: 'first wish' },
      { role: 'assistant', content: 'one' },
      { role: 'user', content: 'second wish' },
    ];
    assert.equal((await ask(messages)).content[0]?.text, 'two');
  });

  it('does not take a side question without tools for a turn', async () => {
    model.script('Do it', { say: 'scripted' });
    assert.equal((await ask([{ role: 'user', content: 'A title for: Do it' }], [])).content[0]?.text, 'Done.');
  });

  it('records what it was asked, and who hung up', async () => {
    model.script('Wait', { after: new Promise(() => undefined) });
    const controller = new AbortController();
    const asked = fetch(`${model.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Wait for me' }], tools }),
      signal: controller.signal,
    });
    const request = await model.waitForRequest('Wait for me');
    assert.equal(request.aborted, false);
    controller.abort();
    await assert.rejects(asked);
    await waitFor('the hang-up is seen', () => request.aborted);
  });

  it('answers an error as scripted, and an unusable request with the reason', async () => {
    model.script('Overload', { status: 529 });
    const post = (body: string) => fetch(`${model.url}/v1/messages`, { method: 'POST', body });
    const overloaded = await post(JSON.stringify({ messages: [{ role: 'user', content: 'Overload' }], tools }));
    assert.equal(overloaded.status, 529);
    assert.equal((await post('{"cut off')).status, 400);
    model.script('Shell', { run: 'ls' });
    const toolless = await post(
      JSON.stringify({ messages: [{ role: 'user', content: 'Shell' }], tools: [{ name: 'Read' }] }),
    );
    assert.equal(toolless.status, 400);
    assert.match(await toolless.text(), /offers no tool for a shell; it offers: Read/);
  });
});
