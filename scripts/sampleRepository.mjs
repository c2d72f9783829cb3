// Makes the repository that `npm start` opens: small, but with a history and a plan that could be someone's real ones.
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const sample = fileURLToPath(new URL('./sample', import.meta.url));

const ada = { name: 'Ada Berg', email: 'ada@example.com' };
const noor = { name: 'Noor Haddad', email: 'noor@example.com' };

/** The history, oldest first: who committed which files of the sample when. */
const history = [
  { by: ada, at: '2026-01-12T09:14:00Z', say: 'Start the project', add: ['package.json', '.gitignore', 'README.md'] },
  { by: ada, at: '2026-01-12T15:40:00Z', say: 'Keep users in the database', add: ['src/db', 'src/models'] },
  { by: noor, at: '2026-01-15T10:05:00Z', say: 'Serve a user over HTTP', add: ['src/middleware', 'src/handlers'] },
  { by: noor, at: '2026-01-19T13:22:00Z', say: 'Show a user as a card', add: ['src/hooks', 'src/components'] },
  { by: ada, at: '2026-01-22T08:58:00Z', say: 'Hold the layers apart by a test', add: ['docs', 'tests'] },
  {
    by: noor,
    at: '2026-02-02T16:31:00Z',
    say: 'Agree on the contract of the activity dashboard\n\nDatabase, API, frontend and tests are built against it at the same time.',
    add: ['src/contract'],
  },
];

/** Makes the sample repository; see the type declaration. */
export async function createSampleRepository(folder) {
  const target = path.resolve(folder);
  await mkdir(path.dirname(target), { recursive: true });
  // Made beside it and renamed at the end: `npm start` takes a folder that exists for a whole one.
  const making = await mkdtemp(`${target}.`);
  try {
    await makeHistory(making);
    await cp(path.join(sample, 'plan'), path.join(making, '.switchyard', 'activity-dashboard'), { recursive: true });
    await mkdir(path.join(making, '.git', 'info'), { recursive: true });
    await appendFile(path.join(making, '.git', 'info', 'exclude'), '/.switchyard/\n');
    // Only an empty folder gives way; anything else in it is someone's.
    await rmdir(target).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(making, target);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
}

async function makeHistory(folder) {
  await git(folder, ['init', '--quiet', '--initial-branch=main']);
  // Text stays as it is in the sample, whatever the user's git does to line ends.
  await git(folder, ['config', 'core.autocrlf', 'false']);
  for (const { by, at, say, add } of history) {
    for (const name of add) {
      await cp(path.join(sample, 'repository', name), path.join(folder, name), { recursive: true });
    }
    await git(folder, ['add', '--', ...add]);
    const identity = ['-c', `user.name=${by.name}`, '-c', `user.email=${by.email}`, '-c', 'commit.gpgSign=false'];
    await git(folder, [...identity, 'commit', '--quiet', '--no-verify', '--message', say], {
      GIT_AUTHOR_DATE: at,
      GIT_COMMITTER_DATE: at,
    });
  }
  // Agents commit here: someone who never told git a name gets one, in this repository only.
  const known = await git(folder, ['config', '--get', 'user.email']).catch(() => '');
  if (known.trim() === '') {
    await git(folder, ['config', 'user.name', 'Sample Developer']);
    await git(folder, ['config', 'user.email', 'developer@example.com']);
  }
}

async function git(folder, args, more = {}) {
  // Variables of a surrounding git (a hook, a rebase) would lead it to another repository.
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name)));
  const { stdout } = await execute('git', args, { cwd: folder, env: { ...own, LC_ALL: 'C', ...more } });
  return stdout;
}
