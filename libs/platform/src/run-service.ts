import { type DynamicModule, type Type } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AppError } from '#domain';
import { ConfigError } from './config';
import { Readiness } from './readiness';
import { createServiceApp, type ServiceDescription } from './service-app';
import { type ServiceConfig } from './service-config';

/** Exit codes that scripts rely on (sysexits.h). */
export const EXIT_UNAVAILABLE = 69;
export const EXIT_BAD_CONFIGURATION = 78;

/** After this, whatever is still in hand is left to the next start. */
const STOP_GRACE_MS = 20_000;
/** So long requests may still come in after readiness went off, for a load balancer to notice. */
const STOP_DELAY_MS = 200;

export interface RunnableService extends ServiceDescription {
  readonly module: Type | DynamicModule;
  readonly config: ServiceConfig;
  /** Attaches what listens beside HTTP. */
  readonly connect?: (app: NestFastifyApplication) => Promise<void>;
}

/** The exit code that says what kind of failure it was; null for a bug of ours. */
function exitCodeOf(error: unknown): number | null {
  if (error instanceof ConfigError) return EXIT_BAD_CONFIGURATION;
  if (error instanceof AppError) {
    return error.code === 'INVALID_INPUT' ? EXIT_BAD_CONFIGURATION : EXIT_UNAVAILABLE;
  }
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  // A flag that is none, as Node's own reader says it.
  if (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')) return EXIT_BAD_CONFIGURATION;
  return typeof code === 'string' ? EXIT_UNAVAILABLE : null;
}

/** What a failure to listen or connect is, in words that say what to do. */
function describeFailure(error: unknown): string {
  const { code, port, message } = error as { code?: string; port?: number; message?: string };
  if (code === 'EADDRINUSE') {
    return `port ${port ?? ''} is taken by another program; end it, or set another port (see .env.example)`;
  }
  return message === undefined || message === '' ? (code ?? String(error)) : message;
}

/**
 * Ends the process with a line that says what to do, and the code that says what kind of failure it was.
 *
 * @param lead what the line begins with; what starts services looks for 'cannot start'
 */
export function exitWith(error: unknown, lead = 'cannot start'): never {
  const exitCode = exitCodeOf(error);
  process.stderr.write(`${lead}: ${describeFailure(error)}\n`);
  if (exitCode === null && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exit(exitCode ?? 1);
}

/**
 * Runs a service until it is told to stop: SIGINT, SIGTERM, or the end of the process that forked it.
 *
 * Its end has an order: not ready any more → no new requests and reads → what is in hand is finished → the database.
 */
export async function runService(load: () => RunnableService): Promise<void> {
  try {
    const service = load();
    const { app } = await createServiceApp(service.module, service);
    const dataSource = app.get(DataSource);
    await dataSource.initialize();
    app.get(Readiness).add({
      name: 'database',
      check: async () => {
        await dataSource.query('select 1');
      },
    });
    await service.connect?.(app);
    const stop = stopWhenTold(app);
    await app.startAllMicroservices();
    await app.listen(service.config.port, service.config.HOST);
    // The process that forked this one may have ended before anybody listened for it: such an orphan would go on for good,
    // on ports that the next start needs. Without a parent to talk to, it is undefined.
    if ((process.connected as boolean | undefined) === false) stop();
  } catch (error) {
    exitWith(error);
  }
}

/** @returns does what being told to stop does */
function stopWhenTold(app: NestFastifyApplication): () => void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    app.get(Readiness).end();
    setTimeout(() => process.exit(1), STOP_GRACE_MS).unref();
    await sleep(STOP_DELAY_MS);
    await app.close();
    process.exit(0);
  };
  const stopOnce = (): void => {
    stop().catch((error: unknown) => {
      exitWith(error);
    });
  };
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(event, stopOnce);
  return stopOnce;
}
