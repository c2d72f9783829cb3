import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, permissionRow } from '../permissions';
import { promptForArgument, promptForInput } from '../prompt';

/** Codex CLI (flags as of 0.169.0). It names its sessions itself; its sandbox may read every file, the brief's too. */
export const codex: Agent = {
  name: 'codex',
  title: 'Codex',
  program: 'codex',
  install: 'npm install -g @openai/codex',
  capabilities: {
    chooseSession: false,
    resume: true,
    interactive: true,
    headless: true,
    permissions: acceptedPermissions('codex'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  // `-c` and not `--sandbox`: `codex exec resume` knows only the former.
  const args = context.headless ? ['exec'] : [];
  if (context.resume !== null) args.push('resume');
  args.push(...permissionRow('codex', context.permissions).args);
  const roots = context.permissions === 'edits' ? commitRoots(context) : [];
  if (roots.length > 0) args.push('-c', `sandbox_workspace_write.writable_roots=${tomlList(roots)}`);
  if (context.model !== null) args.push('--model', context.model);
  args.push('--');
  if (context.resume !== null) args.push(context.resume);
  const spec = { command: context.program ?? 'codex', env: context.env, session: context.resume, banner: null };
  if (context.headless) return { ...spec, args: [...args, '-'], input: promptForInput(context) };
  if (context.resume === null) args.push(promptForArgument(context).text);
  return { ...spec, args, input: null };
}

/**
 * A commit in a linked worktree writes into the common git directory, which the sandbox protects. Only the parts that
 * a commit needs are opened, not `config` or `hooks`. The worktree's own folder must be named itself (a parent does
 * not open it), and a folder that does not exist makes the sandbox fail for every command.
 */
function commitRoots({ commonDir, worktree }: LaunchContext): string[] {
  const own = ownGitFolder(commonDir, worktree);
  if (own === null) return [];
  const parts = ['objects', 'refs', 'logs'].map((name) => path.join(commonDir, name));
  return [...parts, own].filter((part) => existsSync(part));
}

/** `<commonDir>/worktrees/<name>` as the worktree's `.git` file names it; null when that leads anywhere else. */
function ownGitFolder(commonDir: string, worktree: string): string | null {
  try {
    const named = /^gitdir: (.+)$/m.exec(readFileSync(path.join(worktree, '.git'), 'utf8'))?.[1];
    const folder = realpathSync(path.resolve(worktree, named ?? ''));
    return path.dirname(folder) === path.join(realpathSync(commonDir), 'worktrees') ? folder : null;
  } catch {
    // No linked worktree: the agent has to ask for its commit.
    return null;
  }
}

/** A TOML array of strings; JSON writes the same. */
function tomlList(items: readonly string[]): string {
  return `[${items.map((item) => JSON.stringify(item)).join(',')}]`;
}
