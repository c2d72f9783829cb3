import { openRepository } from '../../../../src/core/openRepository';
import { Duty } from '../../../../src/core/store/duty';
import { testHost } from '../support';
import { openWindow } from './support';

/** A window in a process of its own: `<root> <duty | alone>`; prints `ready` when its matrix is there, and stays. */
const [root = '', how = 'duty'] = process.argv.slice(2);
const repository = await openRepository(root, testHost());
const duty = how === 'alone' ? null : new Duty(repository.store, { window: 'child', version: '0' });
if (duty !== null) {
  const held = new Promise<void>((resolve) => duty.onDidChange((now) => now && resolve()));
  duty.start();
  await held;
}
const window = await openWindow(root, { repository, duty });
await window.settled();
console.log('ready');
process.stdin.resume();
process.stdin.on('end', () => {
  duty?.dispose();
  void window.close();
});
