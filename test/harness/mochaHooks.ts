import { cleanUp } from './cleanup';
import { openWindows } from './openWorkbench';

/** Root hooks of the suites that drive programs: pictures of every window when a test fails, clean-up at the end. */
export const mochaHooks: Mocha.RootHookObject = {
  async afterEach(this: Mocha.Context) {
    if (this.currentTest?.state !== 'failed') return;
    const title = this.currentTest.fullTitle();
    for (const [index, window] of openWindows().entries()) {
      try {
        console.log(`      picture: ${await window.screenshot(`failed-${title}-${index + 1}`)}`);
      } catch (error) {
        // The failure itself is what counts; that it has no picture is said.
        console.log(`      no picture: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  },
  async afterAll() {
    await cleanUp();
  },
};
