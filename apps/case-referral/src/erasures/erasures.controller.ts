import { Body, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { type Staff } from '#identity';
import { knownId, notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { EraseIdentity } from './erase-identity';
import { ErasureAnswer, ErasureInput } from './erasure-answer';
import { type Erasure, ErasureRepository } from './erasure.repository';

@StaffController('erasures')
export class ErasuresController {
  constructor(
    private readonly eraseIdentity: EraseIdentity,
    private readonly erasures: ErasureRepository,
  ) {}

  @Post()
  @May('propose erasures')
  @ApiOperation({
    summary: 'Propose to forget an identity',
    description:
      'Whether anything is stored of it, and whether a case, an operation or an order holds it, is told to who approves.',
  })
  @ApiCreatedResponse({ type: ErasureAnswer })
  @ApiOkResponse({ type: ErasureAnswer, description: 'It was proposed before.' })
  @ApiProblem(400, 'It can be no identifier of that type.')
  async propose(
    @Body() input: ErasureInput,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Erasure> {
    const { created, erasure } = await this.eraseIdentity.propose(input, actor);
    void reply.status(created ? 201 : 200);
    return erasure;
  }

  @Get(':id')
  @May('propose erasures')
  @ApiOperation({ summary: 'An erasure, and what became of it' })
  @ApiOkResponse({ type: ErasureAnswer })
  @ApiProblem(404, 'There is no such erasure.')
  async find(@Param('id') id: string): Promise<Erasure> {
    const erasure = await this.erasures.find(knownId(id, 'erasure'));
    if (erasure === null) throw notFound('erasure');
    return erasure;
  }

  @Post(':id/approvals')
  @May('approve erasures')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Forget it: another person than its author',
    description:
      'Its key is destroyed. Nothing brings it back but a backup, with the key of its time.',
  })
  @ApiOkResponse({ type: ErasureAnswer })
  @ApiProblem(404, 'There is no such erasure, or nothing is stored of it.')
  @ApiProblem(409, 'It is held, or somebody else has approved it.')
  async approve(@Param('id') id: string, @Actor() actor: Staff): Promise<Erasure> {
    return this.eraseIdentity.approve(knownId(id, 'erasure'), actor);
  }
}
