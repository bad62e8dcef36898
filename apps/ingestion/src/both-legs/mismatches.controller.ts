import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { ProviderKeys } from '#identity';
import { fromCursor, type Page, PageQuery, toCursor, type Told, toPage } from '#platform';
import { MismatchRepository } from './mismatch.repository';
import { BEGINNING, isTimedPlace } from '../timed-place';

class MismatchAnswer {
  @ApiProperty()
  readonly transferId!: string;

  @ApiProperty({
    description: 'The first field in which the two differ, as a JSON pointer.',
    example: '/amount',
  })
  readonly path!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was found, by our clock.' })
  readonly foundAt!: string;
}

class MismatchPageAnswer {
  @ApiProperty({ type: [MismatchAnswer] })
  readonly items!: MismatchAnswer[];

  @ApiProperty({ type: 'string', nullable: true })
  readonly next!: string | null;
}

@ApiTags('feed')
@ApiBearerAuth()
@Controller('v1/feed/mismatches')
export class MismatchesController {
  constructor(
    private readonly keys: ProviderKeys,
    private readonly mismatches: MismatchRepository,
  ) {}

  /** Throws UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT. */
  @Get()
  @ApiOperation({
    operationId: 'listMismatches',
    summary: 'Payments of which the two providers do not tell the same',
    description:
      'Transfers of yours that another provider tells of under the same rail and end-to-end id, but with other money, other wallets, ' +
      'or another end. Both were stored and each moves by itself, unless they differ in `/status` alone. Oldest first.',
  })
  @ApiOkResponse({ type: MismatchPageAnswer })
  async list(
    @Req() { headers, ip: address }: FastifyRequest,
    @Query() query: PageQuery,
  ): Promise<Page<Told<MismatchAnswer>>> {
    const { provider } = await this.keys.identify(headers.authorization, {
      address,
      scope: 'health',
    });
    const after = fromCursor(query.after, isTimedPlace) ?? BEGINNING;
    const rows = await this.mismatches.list(provider, after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ transferId, path, foundAt }) => ({ transferId, path, foundAt: foundAt.toISOString() }),
      ({ foundUs, key }) => toCursor([foundUs, key]),
    );
  }
}
