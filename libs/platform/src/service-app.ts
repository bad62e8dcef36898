import {
  type DynamicModule,
  ValidationPipe,
  type Type,
  type ValidationError,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { AppError, type Problem } from '#domain';
import { Logger } from 'nestjs-pino';
import { asAppError, sendProblem } from './problem-details.filter';
import { securityHeaders } from './security-headers';

/** How one service differs from another, as far as starting it goes. */
export interface ServiceDescription {
  /** 'ingestion' */
  readonly name: string;
  /** One sentence for the head of its API's description. */
  readonly description: string;
  /** The largest request body, in bytes. */
  readonly bodyBytesMax: number;
  /** Addresses or networks, commas between, whose X-Forwarded-For says where a request comes from. Left out: nobody's. */
  readonly trustedProxies?: string | undefined;
}

/** The longest part of a path: ids are at most 64 characters, which percent-encoding may treble. */
const PATH_PART_LENGTH_MAX = 200;

/** A caller's own correlation id is taken over where it is harmless to print. */
const CORRELATION_ID = /^[A-Za-z0-9._-]{1,64}$/;

function correlationId(request: {
  headers: Record<string, string | string[] | undefined>;
}): string {
  const sent = request.headers['x-correlation-id'];
  return typeof sent === 'string' && CORRELATION_ID.test(sent) ? sent : randomUUID();
}

function pointer(error: ValidationError, above: string): Problem[] {
  const path = `${above}/${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((detail): Problem => ({
    code: 'INVALID_INPUT',
    path,
    detail,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => pointer(child, path))];
}

/** DTOs refuse what they do not name: a misspelt field would be lost in silence. */
const validation = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) =>
      new AppError(
        'INVALID_INPUT',
        'the request is not what this route takes',
        errors.flatMap((error) => pointer(error, '')),
      ),
  });

/**
 * A service's Nest application, not yet started: no connection is made, so its API can be described without a database.
 */
export async function createServiceApp(
  module: Type | DynamicModule,
  { name, description, bodyBytesMax, trustedProxies }: ServiceDescription,
): Promise<{ app: NestFastifyApplication; openApi: OpenAPIObject }> {
  const adapter = new FastifyAdapter({
    bodyLimit: bodyBytesMax,
    trustProxy: trustedProxies ?? false,
    // A look without an answer is a look: there is one way to ask.
    exposeHeadRoutes: false,
    genReqId: correlationId,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PATH_PART_LENGTH_MAX },
    // What the server refuses before a route is found looks like every other refusal.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const known = asAppError(error) ?? new AppError('INVALID_INPUT', 'the address is not valid');
      // Hooks are not asked for these.
      sendProblem(reply.headers(securityHeaders('')), request.id, known);
    },
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a class by name only
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.useGlobalPipes(validation());
  adapter.getInstance().addHook('onSend', (request, reply, payload, done) => {
    void reply.header('x-correlation-id', request.id).headers(securityHeaders(request.url));
    done(null, payload);
  });
  const openApi = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle(`Layerwatch ${name}`)
      .setDescription(description)
      .setVersion('1')
      .addBearerAuth()
      .build(),
  );
  SwaggerModule.setup('docs', app, openApi, { jsonDocumentUrl: 'openapi.json' });
  return { app, openApi };
}
