import { strict as assert } from 'node:assert';
import { childEnvironment } from '../../../src/core/git/environment';

describe('environment of children', () => {
  it('drops what belongs to the host or to another repository', () => {
    const env = {
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_IPC_HOOK_CLI: '/x',
      VSCODE_PID: '1',
      NODE_OPTIONS: '--inspect',
      GIT_DIR: '/x',
      GIT_WORK_TREE: '/x',
      GIT_INDEX_FILE: '/x',
      GIT_COMMON_DIR: '/x',
      GIT_OBJECT_DIRECTORY: '/x',
      GIT_ALTERNATE_OBJECT_DIRECTORIES: '/x',
      GIT_PREFIX: 'a/',
      GIT_CONFIG_PARAMETERS: "'a.b'='c'",
    };
    assert.deepEqual(childEnvironment(env), {});
  });

  it("keeps keys, proxies, git's askpass of VS Code and configuration set on purpose", () => {
    const env = {
      ANTHROPIC_API_KEY: 'k',
      HTTPS_PROXY: 'p',
      VSCODE_GIT_ASKPASS_NODE: 'n',
      VSCODE_GIT_ASKPASS_MAIN: 'm',
      VSCODE_GIT_ASKPASS_EXTRA_ARGS: '',
      VSCODE_GIT_IPC_HANDLE: 'h',
      GIT_ASKPASS: 'a',
      GIT_SSH_COMMAND: 's',
      GIT_CONFIG_COUNT: '0',
      GIT_CONFIG_GLOBAL: 'g',
      GIT_AUTHOR_NAME: 'n',
    };
    assert.deepEqual(childEnvironment(env), env);
  });

  it('puts the extra variables on top and leaves unset ones out', () => {
    assert.deepEqual(childEnvironment({ A: '1', B: undefined }, { A: '2', C: '3' }), { A: '2', C: '3' });
  });
});
