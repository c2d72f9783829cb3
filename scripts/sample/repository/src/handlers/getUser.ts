import type { UserRepository } from '../db/userRepository';
import { authenticate, type Sessions } from '../middleware/authenticate';

/** `GET /api/users/:id` */
export async function getUser(
  request: Request,
  id: string,
  o: { users: UserRepository; sessions: Sessions },
): Promise<Response> {
  const session = await authenticate(request, o.sessions);
  if (session instanceof Response) return session;
  const user = await o.users.byId(id);
  return user === null ? new Response('There is no such user.', { status: 404 }) : Response.json(user);
}
