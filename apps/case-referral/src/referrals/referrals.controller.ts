import { Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { type Staff } from '#identity';
import { caseReader } from '../access/case-reader';
import { ApiPurpose, AskedFor, type Purpose, requirePurpose } from '../access/purpose';
import { knownId, notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { ApproveReferral } from './approve-referral';
import { ProposeReferral } from './propose-referral';
import { ReferralAnswer } from './referral-answer';
import { type Referral, ReferralRepository } from './referral.repository';

/** Proposals are made on a case. */
@StaffController('cases')
export class CaseReferralsController {
  constructor(private readonly proposeReferral: ProposeReferral) {}

  @Post(':id/referrals')
  @May('propose referrals')
  @ApiOperation({
    summary: 'Propose a referral of the case as it stands',
    description:
      'Draws up the dossier and its hash. Where a referral that says the same waits for approval already, that one is given ' +
      'back with 200.',
  })
  @ApiCreatedResponse({ type: ReferralAnswer })
  @ApiOkResponse({ type: ReferralAnswer, description: 'It was proposed before.' })
  @ApiPurpose()
  @ApiProblem(404, 'There is no such case.')
  @ApiProblem(412, 'It is sealed, and nobody said why it is opened.')
  @ApiProblem(413, 'The case has more transfers than one dossier holds.')
  async propose(
    @Param('id') id: string,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Referral> {
    const caseId = knownId(id, 'case');
    const { created, referral } = await this.proposeReferral.run(caseId, actor, purpose);
    void reply.status(created ? 201 : 200);
    return referral;
  }
}

@StaffController('referrals')
export class ReferralsController {
  constructor(
    private readonly referrals: ReferralRepository,
    private readonly approveReferral: ApproveReferral,
  ) {}

  @Get(':id')
  @May('read referrals')
  @ApiOperation({ summary: 'A referral with its dossier' })
  @ApiOkResponse({ type: ReferralAnswer })
  @ApiPurpose()
  @ApiProblem(404, 'There is no such referral.')
  @ApiProblem(412, 'Its case is sealed, and nobody said why it is opened.')
  async find(
    @Param('id') id: string,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
  ): Promise<Referral> {
    const found = await this.referrals.find(null, knownId(id, 'referral'), caseReader(actor));
    if (found === null) throw notFound('referral');
    requirePurpose(found.sealed, purpose);
    return found.referral;
  }

  @Post(':id/approvals')
  @May('approve referrals')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Approve a referral: another person than its author, with the role approver',
    description:
      'Approves the very dossier that was proposed. Approving again changes nothing. The referral is told of as ' +
      '`case.referred.v1`.',
  })
  @ApiOkResponse({ type: ReferralAnswer })
  @ApiProblem(403, 'Not an approver, or the author.')
  @ApiProblem(404, 'There is no such referral.')
  @ApiProblem(409, 'Somebody else has approved it.')
  @ApiPurpose()
  @ApiProblem(
    412,
    'The stored dossier does not match its hash, or its case is sealed and nobody said why it is opened.',
  )
  async approve(
    @Param('id') id: string,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
  ): Promise<Referral> {
    return this.approveReferral.run(knownId(id, 'referral'), actor, purpose);
  }
}
