export interface Session {
  readonly userId: string;
  readonly teamId: string | null;
}

export type Sessions = (token: string) => Promise<Session | null>;

/** The session behind a request, or the answer that ends it. */
export async function authenticate(request: Request, sessions: Sessions): Promise<Session | Response> {
  const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ');
  if (scheme !== 'Bearer' || token === undefined) return new Response('Sign in first.', { status: 401 });
  return (await sessions(token)) ?? new Response('This session has ended.', { status: 401 });
}
