import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { type FastifyRequest } from 'fastify';
import { DAY_MS, formatAmount, HOUR_MS, SECOND_MS } from '#domain';
import { ProviderKeys } from '#identity';
import { type Told } from '#platform';
import { DetectionLag } from '../detection-lag';
import { businessDay } from './business-day';
import {
  type FeedHealthAnswer,
  FeedHealthAnswer as HealthAnswer,
  StatementAnswer,
} from './feed-health-answer';
import { FeedHealthRepository, type FeedHour } from './feed-health.repository';
import { lagWithin } from './lag-within';
import { KeepFeedHealth, silenceIn, skewSeconds } from './keep-feed-health';
import { SequenceRepository } from './sequence.repository';
import { StatementRepository } from './statement.repository';

const TIME_ZONE_LENGTH_MAX = 64;

/** Whose day it is. */
class StatementQuery {
  @ApiProperty({
    required: false,
    default: 'Asia/Karachi',
    description: 'IANA name of the time zone that the day is of.',
  })
  @IsString()
  @MaxLength(TIME_ZONE_LENGTH_MAX)
  readonly timeZone: string = 'Asia/Karachi';
}

@ApiTags('feed')
@ApiBearerAuth()
@Controller('v1/feed')
export class FeedHealthController {
  constructor(
    private readonly keys: ProviderKeys,
    private readonly health: FeedHealthRepository,
    private readonly sequences: SequenceRepository,
    private readonly statements: StatementRepository,
    private readonly keep: KeepFeedHealth,
    private readonly lag: DetectionLag,
  ) {}

  /** Throws UNAUTHENTICATED, FORBIDDEN. */
  @Get('health')
  @ApiOperation({
    operationId: 'readFeedHealth',
    summary:
      'How your feed is: what became of your rows, how late they come, what is missing, and whether it is silent',
  })
  @ApiOkResponse({ type: HealthAnswer })
  async read(@Req() request: FastifyRequest): Promise<Told<FeedHealthAnswer>> {
    const provider = await this.reader(request);
    // What this instance has counted is in the answer.
    await this.keep.flush();
    const hours = await this.health.hours(provider);
    const nowMs = Date.now();
    const day = since(hours, nowMs - DAY_MS);
    const lags = day.map((hour) => hour.lags);
    const last = hours.at(-1);
    const silence = last === undefined ? null : silenceIn(hours, nowMs);
    return {
      provider,
      lastHours: total(since(hours, nowMs - 2 * HOUR_MS)),
      lastDay: total(day),
      lag: {
        eventToStoredP50Seconds: lagWithin(lags, 0.5),
        eventToStoredP95Seconds: lagWithin(lags, 0.95),
        storedToScoredSeconds: this.lag.seconds ?? 0,
      },
      feedClock: last?.feedClock?.toISOString() ?? null,
      skewSeconds: skewSeconds(hours),
      receivedAt: last?.receivedAt.toISOString() ?? null,
      sequence: await this.sequences.state(provider),
      silence: silence && {
        sinceSeconds: Math.floor(silence.sinceMs / SECOND_MS),
        expectedRows: silence.expectedRows,
        isSilent: silence.isSilent,
      },
      ...(await this.health.counts(provider)),
    };
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT. */
  @Get('statements/:day')
  @ApiOperation({
    operationId: 'readStatement',
    summary: 'What you have told of one day, in sum: to be compared with your own books',
    description:
      'By the day on which it happened, whenever it was sent; every transfer and every later status once.',
  })
  @ApiOkResponse({ type: StatementAnswer })
  async statement(
    @Req() request: FastifyRequest,
    @Param('day') day: string,
    @Query() { timeZone }: StatementQuery,
  ): Promise<Told<StatementAnswer>> {
    const provider = await this.reader(request);
    const { from, until } = businessDay(day, timeZone);
    const isComplete = await this.statements.addUp();
    const lines = await this.statements.statement(provider, from, until);
    return {
      provider,
      day,
      timeZone,
      isComplete,
      lines: lines.map(({ rows: count, sumMinor, ...line }) => ({
        ...line,
        count,
        sum: formatAmount(BigInt(sumMinor), line.currency),
      })),
    };
  }

  private async reader({ headers, ip: address }: FastifyRequest): Promise<string> {
    const asked = { address, scope: 'health' } as const;
    return (await this.keys.identify(headers.authorization, asked)).provider;
  }
}

/** Hours that end after then. */
const since = (hours: readonly FeedHour[], ms: number): FeedHour[] =>
  hours.filter(({ hour }) => hour.getTime() + HOUR_MS > ms);

function total(hours: readonly FeedHour[]) {
  const sum = { accepted: 0, duplicates: 0, rejected: 0, late: 0, future: 0 };
  for (const hour of hours) {
    sum.accepted += hour.accepted;
    sum.duplicates += hour.duplicates;
    sum.rejected += hour.rejected;
    sum.late += hour.late;
    sum.future += hour.future;
  }
  return sum;
}
