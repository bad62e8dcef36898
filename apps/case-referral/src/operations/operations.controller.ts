import { Body, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { walletOfKey } from '#domain';
import { IdentityVault, type Staff } from '#identity';
import {
  fromCursor,
  isSerialPlace,
  type Page,
  PageQuery,
  toCursor,
  type Told,
  toPage,
} from '#platform';
import { notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { maskedValue } from './masked-value';
import {
  type IndicatorAnswer,
  OperationDetailAnswer,
  OperationPageAnswer,
  RegisteredOperationAnswer,
} from './operation-answer';
import { OperationInput, PLAIN_TEXT } from './operation-input';
import { type Operation, OperationRepository, type StoredIndicator } from './operation.repository';
import { RegisterOperation } from './register-operation';

@StaffController('operations')
export class OperationsController {
  constructor(
    private readonly registerOperation: RegisterOperation,
    private readonly operations: OperationRepository,
    private readonly vault: IdentityVault,
  ) {}

  @Post()
  @May('register operations')
  @ApiOperation({
    summary: 'Make an operation known, or more indicators of one',
    description:
      'Posting an operation again adds the indicators it lacks and changes nothing else. Detection is told of what was added, ' +
      'in the order space of the transfers.',
  })
  @ApiCreatedResponse({ type: RegisteredOperationAnswer, description: 'It is new.' })
  @ApiOkResponse({ type: RegisteredOperationAnswer, description: 'It was known.' })
  @ApiProblem(400, 'Something in it is not what it should be; `problems` says what and where.')
  @ApiProblem(413, 'The operation would hold too many indicators.')
  async register(
    @Body() input: OperationInput,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Told<RegisteredOperationAnswer>> {
    const { created, operation } = await this.registerOperation.run(input, actor);
    void reply.status(created ? 201 : 200);
    return operation;
  }

  @Get()
  @May('read operations')
  @ApiOperation({ summary: 'Known operations, as they were registered' })
  @ApiOkResponse({ type: OperationPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: PageQuery): Promise<Page<Operation>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.operations.list(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ operation }) => operation,
      ({ place }) => toCursor([place]),
    );
  }

  @Get(':id')
  @May('read operations')
  @ApiOperation({ summary: 'One operation with its indicators, identifiers masked' })
  @ApiOkResponse({ type: OperationDetailAnswer })
  @ApiProblem(404, 'There is no such operation.')
  async find(@Param('id') id: string): Promise<Told<OperationDetailAnswer>> {
    const operation = PLAIN_TEXT.test(id) ? await this.operations.find(null, id) : null;
    if (operation === null) throw notFound('operation');
    const indicators = await this.operations.indicators(id);
    return { ...operation, indicators: indicators.map((indicator) => this.shown(indicator)) };
  }

  private shown({ type, match, sealed, knownFromMs }: StoredIndicator): Told<IndicatorAnswer> {
    const knownFrom = new Date(knownFromMs).toISOString();
    if (sealed === null) {
      const { provider, walletId } = walletOfKey(match);
      return { type, value: walletId, provider, knownFrom };
    }
    return { type, value: maskedValue(this.vault.open(match, sealed)), provider: null, knownFrom };
  }
}
