import path from 'node:path';
import type { LaunchContext } from '../../../src/core/agents/agent';
import { defaultSettings } from '../../../src/core/ports';

/** A context with everything set; tests override what they are about. */
export function launchContext(extra: Partial<LaunchContext> = {}): LaunchContext {
  return {
    worktree: path.resolve('/work trees/one'),
    brief: 'This is the brief.\n',
    briefFile: path.resolve('/repo/.git/switchyard/texts/abc'),
    ref: { plan: 'dash', task: 'db' },
    model: 'some-model',
    permissions: 'edits',
    session: '11111111-1111-4111-8111-111111111111',
    resume: null,
    headless: false,
    env: { PATH: '/usr/bin' },
    settings: defaultSettings,
    scope: ['src/db/**'],
    program: null,
    cli: { command: '/usr/bin/node', args: ['/dist/cli.js'] },
    commonDir: path.resolve('/repo/.git'),
    platform: 'linux',
    ...extra,
  };
}
