import { Body, Get, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { TYPOLOGY_NAMES } from '#contracts';
import { type Staff } from '#identity';
import { TYPOLOGIES } from '#typologies';
import { type Page, type Told } from '#platform';
import { notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { SwitchTypology } from './switch-typology';
import {
  SwitchAnswer,
  SwitchInput,
  type TypologyAnswer,
  TypologyPageAnswer,
} from './typology-answer';
import { type Switch, TypologyRepository } from './typology.repository';

@StaffController('typologies')
export class TypologiesController {
  constructor(
    private readonly typologies: TypologyRepository,
    private readonly switchTypology: SwitchTypology,
  ) {}

  @Get()
  @May('read detection')
  @ApiOperation({ summary: 'What detection looks for, and whether it is on' })
  @ApiOkResponse({ type: TypologyPageAnswer })
  async list(): Promise<Page<Told<TypologyAnswer>>> {
    const switches = await this.typologies.lastSwitches(null);
    const items = TYPOLOGIES.map(({ name, family, techniques }) => {
      const lastSwitch = switches.get(name) ?? null;
      return { name, family, techniques, enabled: lastSwitch?.enabled ?? true, lastSwitch };
    });
    return { items, next: null };
  }

  @Post(':name/switches')
  @May('switch typologies')
  @ApiOperation({
    summary: 'Switch a typology off under every rule pack, or on again',
    description:
      'An entry of the control log: from its `position` on nothing that the typology sees counts, whatever pack is in ' +
      'force, and each alert says so in `coverage.typologiesOff`. Switching to what is so already changes nothing.',
  })
  @ApiCreatedResponse({ type: SwitchAnswer })
  @ApiOkResponse({ type: SwitchAnswer, description: 'It was so already.' })
  @ApiProblem(404, 'There is no such typology.')
  async switch(
    @Param('name') text: string,
    @Body() input: SwitchInput,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Switch> {
    const name = TYPOLOGY_NAMES.find((known) => known === text);
    if (name === undefined) throw notFound('typology');
    const { created, switched } = await this.switchTypology.run(name, input, actor);
    void reply.status(created ? 201 : 200);
    return switched;
  }
}
