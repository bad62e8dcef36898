import { Controller, Get, Module } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOkResponse } from '@nestjs/swagger';
import request from 'supertest';
import { AppError } from '#domain';
import { PersistenceModule } from '#persistence';
import { createTestDatabase, type TestDatabase } from '#testing';
import { DataSource } from 'typeorm';
import { PlatformModule } from './platform.module';
import { Readiness } from './readiness';
import { createServiceApp } from './service-app';
import { ServiceConfig } from './service-config';

class TestConfig extends ServiceConfig {
  override readonly LOG_LEVEL = 'silent';
  readonly anyPort = 0;

  get port(): number {
    return this.anyPort;
  }
}

@Controller('v1')
class FailingController {
  @Get('conflict')
  @ApiOkResponse()
  conflict(): never {
    throw new AppError('CONFLICT', 'that cannot be', [
      { code: 'CONFLICT', path: '/a', detail: 'differs' },
    ]);
  }

  @Get('overloaded')
  overloaded(): never {
    throw new AppError('OVERLOADED', 'later');
  }

  @Get('bug')
  bug(): never {
    throw new TypeError('the secret is 4711');
  }
}

describe('what every service has', () => {
  let database: TestDatabase;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    database = await createTestDatabase();
    const persistence = PersistenceModule.forRoot({
      databaseUrl: database.databaseUrl,
      applicationName: 'platform test',
      connectionsMax: 2,
      statementTimeoutMs: 5_000,
    });

    @Module({
      imports: [persistence, PlatformModule.forRoot('test', new TestConfig())],
      controllers: [FailingController],
    })
    class TestModule {}

    ({ app } = await createServiceApp(TestModule, {
      name: 'test',
      description: 'A service for the test.',
      bodyBytesMax: 1_000,
    }));
    await app.get(DataSource).initialize();
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const get = (path: string): request.Test => request(app.getHttpServer()).get(path);

  it('says that it lives, and whether it is ready', async () => {
    await get('/health/live').expect(200, { status: 'ok' });
    await get('/health/ready').expect(200);
    let broken = true;
    app.get(Readiness).add({
      name: 'part',
      check: () => {
        if (broken) throw new Error('postgres://user:password@host');
      },
    });
    const answer = await get('/health/ready').expect(503);
    expect(answer.text).not.toContain('password');
    broken = false;
    await get('/health/ready').expect(200);
  });

  it('shows its metrics and its API', async () => {
    const metrics = await get('/metrics').expect(200);
    expect(metrics.text).toContain('process_cpu_seconds_total');
    const api = await get('/openapi.json').expect(200);
    expect(Object.keys((api.body as { paths: object }).paths)).toContain('/v1/conflict');
    await get('/docs')
      .expect(200)
      .expect('content-type', /text\/html/);
  });

  it('answers errors as problems, with the code and a correlation id', async () => {
    const answer = await get('/v1/conflict').set('x-correlation-id', 'mine-1').expect(409);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['x-correlation-id']).toBe('mine-1');
    expect(JSON.parse(answer.text)).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      detail: 'that cannot be',
      correlationId: 'mine-1',
      problems: [{ path: '/a' }],
    });
    await get('/nowhere')
      .expect(404)
      .expect('content-type', /problem\+json/);
  });

  it('takes no correlation id that could not be printed', async () => {
    const answer = await get('/v1/conflict').set('x-correlation-id', 'a"b c');
    expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tells whatever shows an answer to run, frame and keep nothing of it', async () => {
    for (const path of [
      '/v1/conflict',
      '/v1/bug',
      '/nowhere',
      '/health/live',
      '/%ff',
      '/openapi.json',
    ]) {
      const { headers } = await get(path);
      expect([path, headers['content-security-policy']]).toEqual([
        path,
        expect.stringMatching(/^default-src 'none'; frame-ancestors 'none'/),
      ]);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
    expect((await get('/v1/conflict')).headers['cache-control']).toBe('no-store');
    const docs = await get('/docs');
    expect(docs.headers['content-security-policy']).not.toContain('script-src');
    // What the page runs comes from here: nothing in it is a script by itself.
    expect(docs.text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    expect(docs.headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('says when to come again', async () => {
    await get('/v1/overloaded').expect(429).expect('retry-after', /^\d+$/);
  });

  it('tells nothing of a bug but its correlation id', async () => {
    const answer = await get('/v1/bug').expect(500);
    expect(answer.text).not.toContain('4711');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'INTERNAL' });
  });

  it('is not ready any more once it is ending', async () => {
    app.get(Readiness).end();
    await get('/health/ready').expect(503);
    await get('/health/live').expect(200);
  });
});
