import { connect, createServer } from 'node:net';

const loopback = ['127.0.0.1', '::1'];
/** Each may be taken without the other three where an address of its own may be bound beside the wildcard. */
const bindable = ['0.0.0.0', '::', ...loopback];

/** Whether something on this machine answers at the port, v4 or v6. */
export async function answers(port: number, withinMs = 300): Promise<boolean> {
  const heard = await Promise.all(loopback.map((host) => connects(port, host, withinMs)));
  return heard.includes(true);
}

/**
 * Whether a server could take the port now, v4 and v6. On Linux it is tried for a moment; elsewhere a firewall may ask
 * the user about every program that listens, so there we only knock.
 */
export async function isPortFree(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return !(await answers(port));
  // One after another: they would be in each other's way.
  for (const host of bindable) if (await isTaken(port, host)) return false;
  return true;
}

function connects(port: number, host: string, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const end = (heard: boolean) => {
      socket.destroy();
      resolve(heard);
    };
    // Windows tries a closed port again for two seconds before it says so.
    socket.setTimeout(withinMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

function isTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // A machine without v6 has no such address, and nobody there to take its port.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true, ipv6Only: true }, () => server.close(() => resolve(false)));
  });
}
