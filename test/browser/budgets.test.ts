import { strict as assert } from 'node:assert';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../harness/cleanup';
import { makeDashboardRepository } from '../harness/dashboardRepository';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import { agentStarts, taskEvents } from '../harness/taskEvents';
import type { TreeView } from '../harness/treeView';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

const plan = 'activity-dashboard';

/**
 * An agent of the user's own, which notes what it used where Switchyard tells it to. It does what is written into a file
 * with its task's name: for a number it uses so many output tokens ($15 a million), for `end` it ends.
 */
const spender = `
const fs = require('node:fs');
const path = require('node:path');
const todo = path.join(__dirname, process.env.SWITCHYARD_TASK + '.todo');
let [done, count] = [0, 0];
setInterval(() => {
  if (!fs.existsSync(__dirname)) process.exit(1);
  const lines = fs.existsSync(todo) ? fs.readFileSync(todo, 'utf8').split('\\n').filter(Boolean) : [];
  for (; done < lines.length; done++) {
    if (lines[done] === 'end') { fs.rmSync(todo); process.exit(0); }
    const answer = { model: 'claude-sonnet-4-5-20250929', at: new Date().toISOString(), output: Number(lines[done]) };
    fs.appendFileSync(process.env.SWITCHYARD_USAGE_FILE, JSON.stringify(answer) + '\\n');
    console.log('Used ' + lines[done] + ' tokens.');
  }
}, 50);
`;

/** A budget from its first percent to the consent of a human, step by step in one window. */
describe('a budget in the window', () => {
  let root: string;
  let agents: string;
  let session: Session;
  let window: Workbench;
  let tasks: TreeView;

  before(async () => {
    ({ root } = await makeDashboardRepository('spender'));
    agents = await makeFolder('spender');
    const script = path.join(agents, 'spender.cjs');
    await writeFile(script, spender);
    const custom = { spender: { command: [process.execPath, script] } };
    await mkdir(path.join(root, '.vscode'), { recursive: true });
    await writeFile(
      path.join(root, '.vscode/settings.json'),
      JSON.stringify({ 'switchyard.customAgents': custom, 'switchyard.defaultAgent': 'spender' }),
    );
    await setInFile('api', 'budget: { usd: 30 }');
    await setInFile('frontend', 'budget: { tokens: 10 }');
    session = await openWorkbench(root);
    window = session.workbench;
    await window.openContainer('Switchyard');
    tasks = window.tree('Tasks');
    await tasks.waitForRow('four tasks', ({ description }) => description === '4 tasks');
  });

  after(() => session?.close());

  async function setInFile(task: string, line: string): Promise<void> {
    const file = path.join(root, '.switchyard', plan, `${task}.md`);
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace(/^agent: .*$/m, (agent) => `${agent}\n${line}`),
    );
  }

  const tell = (task: string, ...what: (number | string)[]) =>
    appendFile(path.join(agents, `${task}.todo`), what.map((each) => `${each}\n`).join(''));

  const item = () => window.page.locator('.part.statusbar .statusbar-item[aria-label^="Cost of agents"]');
  const isWarning = async () => /warning-kind/.test((await item().getAttribute('class')) ?? '');
  const starts = async (task: string) => (await agentStarts(root, { plan, task })).length;
  const api = (what: string, condition: (description: string) => boolean) =>
    tasks.waitForRow(what, ({ label, description }) => label === 'API endpoint' && condition(description));

  async function ended(times: number): Promise<void> {
    const exits = async () =>
      (await taskEvents(root, { plan, task: 'api' })).filter(({ kind }) => kind === 'agent-exited').length;
    await waitFor('its agent ended', async () => (await exits()) === times);
    await api('to review', (description) => description.startsWith('to review'));
  }

  async function modal() {
    const [dialog] = await waitFor('a question', async () => {
      const open = await window.dialogs();
      return open.length > 0 && open;
    });
    return dialog ?? { text: '', buttons: [] };
  }

  /** All messages about the use of a budget that there ever were: those that went out of sight are in the centre. */
  async function told(): Promise<string[]> {
    await window.runCommand('Notifications: Show Notifications');
    const center = window.page.locator('.notifications-center');
    await center.waitFor();
    const texts = await center.locator('.notification-list-item-message').allInnerTexts();
    await window.runCommand('Notifications: Hide Notifications');
    return texts.filter((text) => /of its budget is used/.test(text));
  }

  it('says nothing while there is enough left', async () => {
    await tasks.inlineAction('Task API endpoint', 'Dispatch Task');
    await tell('api', 1_000_000);
    await waitFor('what was used', async () =>
      /\$15\.00 today/.test((await window.statusBar(/^Cost of/))[0]?.text ?? ''),
    );
    await api('it works', (description) => description.startsWith('working'));
    assert.equal(await isWarning(), false);
    assert.deepEqual(await window.notifications(), []);
  });

  it('tells once that it is nearly used, and once that it is used up, while the agent works', async () => {
    await tell('api', 750_000);
    const near = await window.waitForNotification('87 % of its budget is used');
    assert.deepEqual(near.buttons, ['Set Budget…']);
    await api('near', (description) => description.startsWith('working · near its budget'));
    assert.equal(await isWarning(), false);
    await window.screenshot('budget-near');
    await tell('api', 300_000);
    await window.waitForNotification('102 % of its budget is used');
    await api('over', (description) => description.startsWith('over budget'));
    await waitFor('the warning', isWarning);
    await window.screenshot('budget-over');
    await tell('api', 1, 'end');
    await ended(1);
    assert.deepEqual(await told(), [
      'API endpoint: 102 % of its budget is used; no agent starts without your consent.',
      'API endpoint: 87 % of its budget is used.',
    ]);
  });

  it('asks before the next start: nothing starts without consent, and one agent with it', async () => {
    await tasks.contextMenu('Task API endpoint', 'Start Agent Again');
    const asked = await modal();
    assert.match(asked.text, /API endpoint is held: 102 % of its budget is used \(\$30\.75 of \$30\.00\)\./);
    await window.screenshot('budget-question');
    await window.clickButton('Cancel');
    await waitFor('no question', async () => (await window.dialogs()).length === 0);
    assert.equal(await starts('api'), 1);
    await tasks.contextMenu('Task API endpoint', 'Start Agent Again');
    await modal();
    await window.clickButton('Start Anyway');
    await waitFor('the second start', async () => (await starts('api')) === 2);
    await tell('api', 'end');
    await ended(2);
    const consents = (await taskEvents(root, { plan, task: 'api' })).filter(
      (event) => event.kind === 'held' && event.overridden,
    );
    assert.equal(consents.length, 1);
  });

  it('lets go when the budget is raised from the menu of the task', async () => {
    await tasks.contextMenu('Task API endpoint', 'Set Budget…');
    await window.quickInput.waitFor();
    assert.equal(await window.quickInput.inputValue(), '$30');
    await window.screenshot('budget-set');
    await window.answerQuickInput('$100');
    await api('no condition', (description) => !description.includes('budget'));
    await waitFor('no warning', async () => !(await isWarning()));
    await tasks.contextMenu('Task API endpoint', 'Start Agent Again');
    await waitFor('the third start', async () => (await starts('api')) === 3);
    assert.deepEqual(await window.dialogs(), []);
    await tell('api', 'end');
  });

  it('dispatches all that is within, and says in one message what is held and why', async () => {
    await window.runCommand('Notifications: Clear All Notifications');
    await window.runCommand('Switchyard: Dispatch All Ready Tasks');
    const held = await window.waitForNotification('1 held');
    assert.equal(
      held.text,
      '2 dispatched, 1 held. Timeline in the frontend: up to 50k tokens more are expected, which its budget does not leave (0 of 10 tokens used).',
    );
    assert.deepEqual(held.buttons, ['Dispatch It Anyway', 'Set Budget…']);
    await window.screenshot('budget-all');
    await waitFor('two agents', async () => (await starts('database')) === 1 && (await starts('tests')) === 1);
    assert.equal(await starts('frontend'), 0);
    await window.clickButton('Dispatch It Anyway');
    await waitFor('the third agent', async () => (await starts('frontend')) === 1);
    for (const task of ['database', 'tests', 'frontend']) await tell(task, 'end');
  });

  it('asks about a prompt, too, when the budget of the day is used up', async () => {
    await window.runCommand('Switchyard: Set Budget…');
    await window.pick('Each day');
    await window.answerQuickInput('1k tokens');
    await waitFor('the warning', isWarning);
    await window.runCommand('Switchyard: Spin an Agent…');
    await window.answerQuickInput('Say hello');
    const asked = await modal();
    assert.match(asked.text, /inbox\/say-hello is held: \d+ % of today's budget is used/);
    await window.screenshot('budget-spin');
    await window.clickButton('Start Anyway');
    const spun = { plan: 'inbox', task: 'say-hello' };
    await waitFor('its agent', async () => (await agentStarts(root, spun)).length === 1);
    await tell('say-hello', 'end');
  });

  it('offers to start a prompt beyond the limit of work in progress', async () => {
    const file = path.join(root, '.vscode/settings.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), 'switchyard.wipLimit': 1 }));
    await window.runCommand('Switchyard: Set Budget…');
    await window.pick('Each day');
    await window.answerQuickInput('$1000');
    await waitFor('no warning', async () => !(await isWarning()));
    await window.runCommand('Switchyard: Spin an Agent…');
    await window.answerQuickInput('Say goodbye');
    const held = await window.waitForNotification('inbox/say-goodbye is held: 1 of 1 tasks');
    assert.deepEqual(held.buttons, ['Dispatch Anyway']);
    assert.doesNotMatch(held.text, /--override/);
    await window.clickButton('Dispatch Anyway');
    const spun = { plan: 'inbox', task: 'say-goodbye' };
    await waitFor('its agent', async () => (await agentStarts(root, spun)).length === 1);
    await tell('say-goodbye', 'end');
  });
});
