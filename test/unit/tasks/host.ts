import { openRepository, type Repository } from '../../../src/core/openRepository';
import { defaultSettings, type Host, type Settings, silentLog } from '../../../src/core/ports';
import { testEnvironment } from '../support/repositories';

/** A host as the command line is one, with the tests' own git configuration. */
export function testHost(settings: Partial<Settings> = {}, env: Record<string, string> = {}): Host {
  return {
    log: silentLog,
    settings: () => ({ ...defaultSettings, fetchBase: false, ...settings }),
    env: testEnvironment(env),
    actor: 'cli',
    window: null,
    version: '0',
  };
}

/** Opens a repository for the time of `fn`. */
export async function withOpen<T>(
  root: string,
  fn: (repository: Repository) => Promise<T>,
  host: Host = testHost(),
): Promise<T> {
  const repository = await openRepository(root, host);
  try {
    return await fn(repository);
  } finally {
    repository.dispose();
  }
}
