import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError, SECOND_MS } from '#domain';
import { IdentityVault, ProviderKeys, type Reporter } from '#identity';
import { readWhole } from '../body-reader';
import { checkSigned } from '../check-signed';
import { IngestionConfig } from '../ingestion-config';
import { NonceRepository } from '../nonce.repository';
import { Places } from '../places';
import { parseScreening, readScreening } from './read-screening';
import { ScreeningRepository } from './screening.repository';
import { REASONS, type ScreeningAnswer } from './screening-answer';
import { Turns } from '../turns';
import { byMediaType, UnreadBody } from '../unread-body';

const MINUTE_S = 60;
/** More than the longest screening that can be, however it is escaped. */
const BODY_BYTES_MAX = 8 * 1_024;
/** Somebody waits at a till: a body that takes longer is not waited for. */
const IDLE_MS = 2_000;
/** Looks at the database at once: feeds need most of its connections. */
const LOOKS_MAX = 2;
/** Of all providers together, shared out as those of feeds are; more are told to come back. */
const IN_HAND_MAX = 64;
/**
 * An answer leaves so long after its request came, or after twice that, and so on: otherwise the time that it took would tell
 * of a payee who is LOW whether anything at all was found.
 */
const ANSWERED_EVERY_MS = 20;

/** Answers how risky it looks to pay somebody, and nothing else of what is known. */
@Injectable()
export class ScreenPayee {
  private readonly perMinute: RateLimiterMemory;
  private readonly looks = new Turns(LOOKS_MAX);
  private readonly places = new Places(IN_HAND_MAX);

  constructor(
    private readonly keys: ProviderKeys,
    private readonly nonces: NonceRepository,
    private readonly screenings: ScreeningRepository,
    private readonly vault: IdentityVault,
    { INGESTION_SCREENINGS_PER_MINUTE_MAX: points }: IngestionConfig,
  ) {
    this.perMinute = new RateLimiterMemory({ points, duration: MINUTE_S });
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, CONFLICT, UNAVAILABLE. */
  async run(request: FastifyRequest): Promise<ScreeningAnswer> {
    const { headers, ip: address, body } = request;
    const reporter = await this.keys.identify(headers.authorization, { address, scope: 'screen' });
    if (!(body instanceof UnreadBody)) {
      throw new AppError('INVALID_INPUT', 'the body must be {"payee": {…}}');
    }
    byMediaType(body, { 'application/json': true });
    await this.countOne(reporter.provider);
    if (this.places.take(reporter.provider) !== 'taken') {
      throw new AppError('OVERLOADED', 'too many screenings at once; send this one again later');
    }
    try {
      return await this.answer(reporter, request, body);
    } finally {
      this.places.giveBack(reporter.provider);
    }
  }

  private async answer(
    reporter: Reporter,
    request: FastifyRequest,
    { stream }: UnreadBody,
  ): Promise<ScreeningAnswer> {
    const bytes = await readWhole(stream, BODY_BYTES_MAX, IDLE_MS);
    const beganMs = performance.now();
    await checkSigned(this.nonces, reporter, request, bytes);
    const { provider } = reporter;
    const screening = readScreening(parseScreening(bytes), provider, this.vault);
    const { band, at, isSame } = await this.looks.run(provider, () =>
      this.screenings.screen(provider, screening),
    );
    const tookMs = performance.now() - beganMs;
    await sleep(ANSWERED_EVERY_MS - (tookMs % ANSWERED_EVERY_MS));
    if (!isSame) {
      throw new AppError('CONFLICT', 'something else was asked under this screeningId');
    }
    return { band, reason: REASONS[band], asOf: at.toISOString() };
  }

  private async countOne(provider: string): Promise<void> {
    try {
      await this.perMinute.consume(provider);
    } catch (reason) {
      // What it throws where nothing is left; anything else is a bug.
      if (!(reason instanceof RateLimiterRes)) throw reason;
      throw new AppError('OVERLOADED', 'this provider has asked too often; go on later', [], {
        retryAfterSeconds: Math.ceil(reason.msBeforeNext / SECOND_MS),
      });
    }
  }
}
