import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { SECOND_MS } from '#domain';
import { ProviderKeys } from '#identity';
import { fromCursor, type Page, PageQuery, toCursor, type Told, toPage } from '#platform';
import { IngestionConfig } from '../ingestion-config';
import { BEGINNING, isTimedPlace } from '../timed-place';
import { REPORT_KINDS } from './iso-report';
import { UnconfirmedRepository, type UnconfirmedRow } from './unconfirmed.repository';

/** What waits, and for how long it has. */
class UnconfirmedAnswer {
  @ApiProperty({
    enum: ['PAYMENT', ...REPORT_KINDS],
    description:
      'PAYMENT: a pacs.008 that no pacs.002 has ended. Everything else waits for its pacs.008.',
  })
  readonly kind!: string;

  @ApiProperty({ type: 'string', nullable: true, description: 'Of a payment: its transfer here.' })
  readonly transferId!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  readonly messageId!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  readonly txId!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  readonly uetr!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  readonly endToEndId!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The status last told, or the reason of a recall, in codes of the standard.',
  })
  readonly code!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it came in, by our clock.' })
  readonly receivedAt!: string;
}

class UnconfirmedPageAnswer {
  @ApiProperty({ type: [UnconfirmedAnswer] })
  readonly items!: UnconfirmedAnswer[];

  @ApiProperty({ type: 'string', nullable: true })
  readonly next!: string | null;
}

/** The class is for the API's description and is never made. */
type UnconfirmedItem = Told<UnconfirmedAnswer>;

const toAnswer = (row: UnconfirmedRow): UnconfirmedItem => {
  const { kind, transferId, messageId, txId, uetr, endToEndId, code, receivedAt } = row;
  const since = receivedAt.toISOString();
  return { kind, transferId, messageId, txId, uetr, endToEndId, code, receivedAt: since };
};

@ApiTags('feed')
@ApiBearerAuth()
@Controller('v1/feed/unconfirmed')
export class UnconfirmedController {
  constructor(
    private readonly keys: ProviderKeys,
    private readonly unconfirmed: UnconfirmedRepository,
    private readonly config: IngestionConfig,
  ) {}

  /** Throws UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT. */
  @Get()
  @ApiOperation({
    operationId: 'listUnconfirmed',
    summary: 'Payments whose end was not told, and what was told of payments that are not known',
    description:
      'ISO 20022 messages that have waited for their counterpart longer than the operator allows (a minute), oldest first.',
  })
  @ApiOkResponse({ type: UnconfirmedPageAnswer })
  async list(
    @Req() { headers, ip: address }: FastifyRequest,
    @Query() query: PageQuery,
  ): Promise<Page<UnconfirmedItem>> {
    const { provider } = await this.keys.identify(headers.authorization, {
      address,
      scope: 'health',
    });
    const waitingSeconds = this.config.INGESTION_UNCONFIRMED_AFTER_MS / SECOND_MS;
    const after = fromCursor(query.after, isTimedPlace) ?? BEGINNING;
    const rows = await this.unconfirmed.list(provider, waitingSeconds, after, query.limit + 1);
    return toPage(rows, query.limit, toAnswer, ({ receivedUs, key }) =>
      toCursor([receivedUs, key]),
    );
  }
}
