/**
 * Names that never reach a child. Two kinds: what makes a program believe it runs inside our host (an Electron that
 * acts as node, a debugger that attaches to every node), and what points git at another repository than its folder's
 * (`git rev-parse --local-env-vars`; present when a git hook or alias started us).
 */
const dropped: readonly RegExp[] = [
  /^ELECTRON_/,
  /^VSCODE_(?!GIT_ASKPASS_|GIT_IPC_HANDLE$)/,
  /^NODE_OPTIONS$/,
  /^NODE_CHANNEL_/,
  /^NODE_UNIQUE_ID$/,
  /^NODE_V8_COVERAGE$/,
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|PREFIX|NAMESPACE|IMPLICIT_WORK_TREE)$/,
  /^GIT_(OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|GRAFT_FILE|SHALLOW_FILE|QUARANTINE_PATH)$/,
  /^GIT_(NO_REPLACE_OBJECTS|REPLACE_REF_BASE|INTERNAL_SUPER_PREFIX|REFLOG_ACTION)$/,
  /^GIT_(CONFIG|CONFIG_PARAMETERS|EXEC_PATH)$/,
  /^GIT_(LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS$/,
];

/**
 * The environment of every child, git and agents alike: `env` without what belongs to our host or to another
 * repository, with `extra` on top. What the user set on purpose (keys, proxies, `GIT_SSH_COMMAND`,
 * `GIT_CONFIG_COUNT`, VS Code's askpass) stays. Pass it with inheritance switched off.
 */
export function childEnvironment(env: NodeJS.ProcessEnv, extra: Record<string, string> = {}): Record<string, string> {
  const child: Record<string, string> = {};
  for (const [key, value] of Object.entries(env)) {
    // Windows compares names without case, so a lower-case twin must not slip through there.
    if (value === undefined || dropped.some((pattern) => pattern.test(key.toUpperCase()))) continue;
    child[key] = value;
  }
  for (const [key, value] of Object.entries(extra)) setVariable(child, key, value);
  return child;
}

/** Sets one variable; on Windows a name that differs only in case (`Path`) is replaced, not doubled. */
export function setVariable(env: Record<string, string>, name: string, value: string): void {
  if (process.platform === 'win32') {
    for (const key of Object.keys(env)) {
      if (key !== name && key.toUpperCase() === name.toUpperCase()) delete env[key];
    }
  }
  env[name] = value;
}

/** One variable, found without case on Windows; undefined when not set. */
export function getVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  if (process.platform !== 'win32') return env[name];
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : env[key];
}
