import { cleanUp } from './cleanup';
import { openPages } from './windows';
import { Workbench } from './workbench';

/** Root hooks of the suites that drive programs: pictures of every window when a test fails, clean-up at the end. */
export const mochaHooks: Mocha.RootHookObject = {
  async afterEach(this: Mocha.Context) {
    if (this.currentTest?.state !== 'failed') return;
    const title = this.currentTest.fullTitle();
    for (const [index, page] of openPages().entries()) {
      try {
        console.log(`      picture: ${await new Workbench(page).picture(`failed-${title}-${index + 1}`)}`);
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
