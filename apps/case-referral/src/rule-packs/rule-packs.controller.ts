import { Body, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { type Staff } from '#identity';
import { RULE_PACK_SCHEMA } from '#typologies';
import {
  fromCursor,
  isSerialPlace,
  type Page,
  PageQuery,
  toCursor,
  type Told,
  toPage,
} from '#platform';
import { caseReader } from '../access/case-reader';
import { notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { ActivateRulePack } from './activate-rule-pack';
import { ActivationInput } from './activation-input';
import { CompareRulePack } from './compare-rule-pack';
import { ComparisonAnswer } from './comparison-answer';
import { ProposeRulePack } from './propose-rule-pack';
import {
  ActivationAnswer,
  RulePackAnswer,
  type RulePackDetailAnswer as Detail,
  RulePackDetailAnswer,
  RulePackPageAnswer,
} from './rule-pack-answer';
import { type Activation, type ListedRulePack, RulePackRepository } from './rule-pack.repository';

const ACTIVATIONS_SHOWN_MAX = 100;

@StaffController('rule-packs')
export class RulePacksController {
  constructor(
    private readonly packs: RulePackRepository,
    private readonly proposeRulePack: ProposeRulePack,
    private readonly activateRulePack: ActivateRulePack,
    private readonly compareRulePack: CompareRulePack,
  ) {}

  @Get()
  @May('read detection')
  @ApiOperation({ summary: 'Rule packs, in the order in which they became known' })
  @ApiOkResponse({ type: RulePackPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: PageQuery): Promise<Page<ListedRulePack>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.packs.list(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ pack }) => pack,
      ({ place }) => toCursor([place]),
    );
  }

  @Get('schema')
  @May('read detection')
  @ApiOperation({ summary: 'What a rule pack is: its JSON Schema (2020-12)' })
  @ApiOkResponse({ schema: { type: 'object' } })
  schema(): typeof RULE_PACK_SCHEMA {
    return RULE_PACK_SCHEMA;
  }

  @Post()
  @May('propose rule packs')
  @ApiOperation({
    summary: 'Propose a rule pack',
    description:
      'The body is the document. It is taken whole or refused with every problem, where it is and why; what is in force ' +
      'stays. Proposing the same again changes nothing.',
  })
  @ApiBody({ schema: { type: 'object', description: 'As `GET /v1/rule-packs/schema` has it.' } })
  @ApiCreatedResponse({ type: RulePackAnswer })
  @ApiOkResponse({ type: RulePackAnswer, description: 'It was known.' })
  @ApiProblem(400, 'It is no pack that could be judged by; `problems` says where and why.')
  @ApiProblem(409, 'There is a pack of this version that says something else.')
  async propose(
    @Body() body: unknown,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListedRulePack> {
    const { created, pack } = await this.proposeRulePack.run(body, actor);
    void reply.status(created ? 201 : 200);
    return pack;
  }

  @Get(':version')
  @May('read detection')
  @ApiOperation({ summary: 'One rule pack, whole, and what became of it' })
  @ApiOkResponse({ type: RulePackDetailAnswer })
  @ApiProblem(404, 'There is no such pack.')
  async find(@Param('version') version: string): Promise<Told<Detail>> {
    const pack = await this.known(version);
    const activations = await this.packs.activations(null, version, ACTIVATIONS_SHOWN_MAX);
    return { ...pack, document: pack.document as Detail['document'], activations };
  }

  @Post(':version/activations')
  @May('activate rule packs')
  @ApiOperation({
    summary: 'Put a rule pack in force, beside the one in force, or take it from there',
    description:
      'An entry of the control log: detection applies it at its `position`, between two transfers, and a replay applies ' +
      'it there again. A pack is put in force by another person than its author. Deciding what is so already changes nothing.',
  })
  @ApiCreatedResponse({ type: ActivationAnswer })
  @ApiOkResponse({ type: ActivationAnswer, description: 'It was so already.' })
  @ApiProblem(404, 'There is no such pack.')
  @ApiProblem(409, 'From what it is, the pack cannot become that.')
  @ApiProblem(412, 'This version of the software does not take the pack any more.')
  async activate(
    @Param('version') version: string,
    @Body() input: ActivationInput,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Activation> {
    await this.known(version);
    const { created, activation } = await this.activateRulePack.run(version, input, actor);
    void reply.status(created ? 201 : 200);
    return activation;
  }

  @Get(':version/comparison')
  @May('compare rule packs')
  @ApiOperation({
    summary: 'What the pack raised as the shadow, against what the active one raised meanwhile',
    description: 'Two alerts are the same finding where they share a transfer.',
  })
  @ApiOkResponse({ type: ComparisonAnswer })
  @ApiProblem(404, 'There is no such pack, or it was never the shadow.')
  async compare(
    @Param('version') version: string,
    @Actor() actor: Staff,
  ): Promise<Told<ComparisonAnswer>> {
    return this.compareRulePack.run(await this.known(version), caseReader(actor));
  }

  private async known(version: string) {
    // The database keeps no null character, and asks nothing of one.
    const pack = version.includes('\0') ? null : await this.packs.find(null, version);
    if (pack === null) throw notFound('rule pack');
    return pack;
  }
}
