export type AgentReason =
  | 'unknown-agent'
  | 'missing-program'
  | 'unsupported-permission'
  | 'unsupported-mode'
  | 'bad-command';

/** An agent cannot be started; `message` says what is wrong and what to do. */
export class AgentError extends Error {
  override readonly name = 'AgentError';

  constructor(
    readonly reason: AgentReason,
    message: string,
    /** Name of the agent, as tasks and settings write it. */
    readonly agent: string,
  ) {
    super(message);
  }

  static is(error: unknown): error is AgentError {
    return error instanceof AgentError;
  }
}
