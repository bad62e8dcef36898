import { Body, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Staff } from '#identity';
import { type Told } from '#platform';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { SearchAnswer, SearchInput } from './search-answer';
import { SearchByIdentifier } from './search-by-identifier';

@StaffController('searches')
export class SearchesController {
  constructor(private readonly search: SearchByIdentifier) {}

  @Post()
  @May('search by identifier')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Operations and cases that a wallet or an identifier is known in',
    description:
      'Who looked for what, and why, is written down; what was looked for is kept as a token alone. Searching in vain again ' +
      'and again is an alarm.',
  })
  @ApiOkResponse({ type: SearchAnswer })
  @ApiProblem(400, 'It can be no identifier of that type.')
  async run(@Body() input: SearchInput, @Actor() actor: Staff): Promise<Told<SearchAnswer>> {
    return this.search.run(input, actor);
  }
}
