import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { AppError } from '#domain';

/** Where one service is to listen. */
export interface PortWish {
  readonly service: string;
  /** The setting that changes it. */
  readonly variable: string;
  /** 0: any free one. */
  readonly port: number;
}

/**
 * Finds out whether each port can be had, and chooses one where any will do. All are held at the same moment, so that two
 * of them are never the same, and given back before it returns.
 *
 * @returns the ports, in the wishes' order
 * @throws AppError UNAVAILABLE naming the port, its setting and how to find who has it; INVALID_INPUT where HOST is no
 *   address of this machine
 */
export async function claimPorts(host: string, wishes: readonly PortWish[]): Promise<number[]> {
  const held: Server[] = [];
  try {
    for (const wish of wishes) held.push(await holdAny(host, wish));
    return held.map((server) => (server.address() as { port: number }).port);
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
}

/**
 * Any free port is one below those that systems give to connections (32,768 or 49,152 and up): between here and the moment at which the
 * service listens, a connection of whatever program could take one of those.
 */
const ANY_FROM = 20_000;
const ANY_UNTIL = 32_000;
const TRIES_MAX = 50;

async function holdAny(host: string, wish: PortWish): Promise<Server> {
  if (wish.port !== 0) return hold(host, wish);
  for (let tries = 1; tries < TRIES_MAX; tries += 1) {
    try {
      return await hold(host, { ...wish, port: randomInt(ANY_FROM, ANY_UNTIL) });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error;
    }
  }
  return hold(host, wish);
}

function hold(host: string, wish: PortWish): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      reject(asPortFailure(error, host, wish));
    });
    server.listen({ host, port: wish.port, exclusive: true }, () => {
      resolve(server);
    });
  });
}

function asPortFailure(error: NodeJS.ErrnoException, host: string, wish: PortWish): Error {
  const { service, variable, port } = wish;
  const failure = (code: 'UNAVAILABLE' | 'INVALID_INPUT', message: string): AppError =>
    new AppError(code, message, [], { cause: error });
  switch (error.code) {
    case 'EADDRINUSE':
      return failure(
        'UNAVAILABLE',
        `port ${port}, which ${service} needs, is taken by another program; end it (${whoHas(port)} tells which) or set ` +
          `${variable} to another port (0: any free one)`,
      );
    case 'EACCES':
      return failure(
        'UNAVAILABLE',
        `port ${port}, which ${service} needs, is not allowed to this user; set ${variable} to a port above 1023`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return failure('INVALID_INPUT', `HOST: ${host} is not an address of this machine`);
    case undefined:
    default:
      return error;
  }
}

const whoHas = (port: number): string =>
  process.platform === 'linux'
    ? `ss -ltnp 'sport = :${port}'`
    : process.platform === 'win32'
      ? `netstat -ano | findstr :${port}`
      : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;

/** How programs on this machine reach what listens on HOST. */
export function localAddress(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
