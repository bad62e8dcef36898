import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#domain';
import { CaseReferralConfig } from '../case-referral-config';

const MINUTE_S = 60;
/** Signing in leaves a row until it is done, for ten minutes at most: from all addresses together no more than this a minute. */
const SIGN_INS_PER_MINUTE_MAX = 1_000;
const EVERYBODY = 'everybody';

const perMinute = (points: number): RateLimiterMemory =>
  new RateLimiterMemory({ points, duration: MINUTE_S });

/** How often somebody may ask in a minute, of this instance. */
@Injectable()
export class RateLimits {
  private readonly ofPerson: RateLimiterMemory;
  private readonly ofAddress: RateLimiterMemory;
  private readonly ofSignIns = perMinute(SIGN_INS_PER_MINUTE_MAX);

  constructor(config: CaseReferralConfig) {
    this.ofPerson = perMinute(config.REQUESTS_PER_MINUTE_MAX);
    this.ofAddress = perMinute(config.SIGN_INS_PER_MINUTE_MAX);
  }

  /** @throws AppError OVERLOADED where this person has asked too often */
  async request(staffId: string): Promise<void> {
    await take(this.ofPerson, staffId);
  }

  /** @throws AppError OVERLOADED where too many sign in from this address, or at all */
  async signIn(address: string): Promise<void> {
    await take(this.ofAddress, address);
    await take(this.ofSignIns, EVERYBODY);
  }
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (reason) {
    // What it throws where nothing is left; anything else is a bug.
    if (!(reason instanceof RateLimiterRes)) throw reason;
    throw new AppError('OVERLOADED', 'too many requests; go on in a minute');
  }
}
