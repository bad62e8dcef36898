import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Staff } from '#identity';
import { knownId } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { RevealedAnswer, RevealInput } from './reveal-answer';
import { RevealIdentities, type Revealed } from './reveal-identities';

@StaffController('cases')
export class IdentitiesController {
  constructor(private readonly revealIdentities: RevealIdentities) {}

  @Post(':id/reveals')
  @May('reveal identities')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Who holds a wallet of the case, as providers reported it',
    description:
      'Everywhere else identities are tokens, or masked. Who asked, why, and what was shown is written down.',
  })
  @ApiOkResponse({ type: RevealedAnswer })
  @ApiProblem(404, 'There is no such case.')
  async reveal(
    @Param('id') id: string,
    @Body() input: RevealInput,
    @Actor() actor: Staff,
  ): Promise<Revealed> {
    return this.revealIdentities.run(knownId(id, 'case'), input, actor);
  }
}
