import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { validate } from 'uuid';
import { type RowsAnswer } from '#contracts';
import { AppError } from '#domain';
import { ProviderKeys } from '#identity';
import {
  fromCursor,
  isSerialPlace,
  type Page,
  PageQuery,
  toCursor,
  type Told,
  toPage,
} from '#platform';
import { CorrectRow } from './correct-row';
import { type RefusalAnswer, RefusalPageAnswer, RefusedRowAnswer } from './refusal-answer';
import { type KeptRefusal, RefusedRowRepository } from './refused-row.repository';

const toAnswer = (refusal: KeptRefusal): Told<RefusalAnswer> => {
  const { id, list, rowId, code, path, column, detail, isStored } = refusal;
  const receivedAt = refusal.receivedAt.toISOString();
  const correctedAt = refusal.correctedAt?.toISOString() ?? null;
  return { id, list, rowId, code, path, column, detail, receivedAt, correctedAt, isStored };
};

@ApiTags('feed')
@ApiBearerAuth()
@Controller('v1/feed/refusals')
export class RefusalsController {
  constructor(
    private readonly keys: ProviderKeys,
    private readonly refusals: RefusedRowRepository,
    private readonly correctRow: CorrectRow,
  ) {}

  /** Throws UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT. */
  @Get()
  @ApiOperation({
    operationId: 'listRefusals',
    summary: 'Rows of yours that were refused, with the reason',
    description:
      'Oldest first, of the last thirty days. The same row, refused again for the same reason, stands here once.',
  })
  @ApiOkResponse({ type: RefusalPageAnswer })
  async list(
    @Req() request: FastifyRequest,
    @Query() query: PageQuery,
  ): Promise<Page<Told<RefusalAnswer>>> {
    const provider = await this.reader(request);
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.refusals.list(provider, after, query.limit + 1);
    return toPage(rows, query.limit, toAnswer, ({ place }) => toCursor([place]));
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND. */
  @Get(':id')
  @ApiOperation({ operationId: 'readRefusal', summary: 'One of them, with the row as it came' })
  @ApiOkResponse({ type: RefusedRowAnswer })
  async read(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
  ): Promise<Told<RefusedRowAnswer>> {
    const provider = await this.reader(request);
    const found = validate(id) ? await this.refusals.find(provider, id) : null;
    if (found === null) throw new AppError('NOT_FOUND', 'there is no such refused row');
    return { ...toAnswer(found), row: found.raw };
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, PRECONDITION_FAILED, INVALID_INPUT, TOO_LARGE, OVERLOADED, UNAVAILABLE. */
  @Post(':id/corrections')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'correctRefusal',
    summary: 'Send a corrected row in its place',
    description:
      'A row of transfers or events, as JSON; it is checked and answered as if it had been sent by itself. Rows may as well be sent ' +
      'again the way they came. A message is sent again whole.',
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { type: 'object' } } },
    },
  })
  async correct(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<RowsAnswer<'transferId'> | RowsAnswer<'eventId'>> {
    return this.correctRow.run(id, request, reply);
  }

  private async reader({ headers, ip: address }: FastifyRequest): Promise<string> {
    const asked = { address, scope: 'health' } as const;
    return (await this.keys.identify(headers.authorization, asked)).provider;
  }
}
