import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { audit, AuditTrail } from '#audit';
import { AppError } from '#domain';
import {
  ACTS,
  csrfToken,
  type KeptSignIn,
  may,
  type OidcIssuer,
  Sessions,
  type Staff,
} from '#identity';
import { type Told } from '#platform';
import { auditActor } from '../audit/audit-actor';
import { UnknownCallers } from '../audit/unknown-callers';
import { KnownActor } from '../staff/actor';
import { RateLimits } from '../staff/rate-limits';
import { SignInDoor } from '../staff/sign-in-door';
import { ApiProblem, May, PublicRoute, StaffController } from '../staff/staff-route';
import { type Known } from '../staff/who-is-acting';
import { SessionAnswer, SignedOutAnswer, SignInQuery } from './session-answer';

/** The way in: by the issuer, and back. */
@Controller('v1/session')
@ApiTags('session')
export class SignInController {
  constructor(
    private readonly door: SignInDoor,
    private readonly sessions: Sessions,
    private readonly trail: AuditTrail,
    private readonly unknown: UnknownCallers,
    private readonly limits: RateLimits,
  ) {}

  @Get('sign-in')
  @PublicRoute()
  @ApiOperation({ summary: 'Sends a browser to the issuer to sign in' })
  @ApiFoundResponse({ description: 'To the issuer.' })
  @ApiProblem(400, 'A path to come back to that is none of this service.')
  @ApiProblem(412, 'No issuer is set up here.')
  @ApiProblem(429, 'Too many sign in from this address, or at all.')
  @ApiProblem(503, 'The issuer does not answer.')
  async signIn(
    @Query() { returnTo }: SignInQuery,
    @Req() { ip }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.limits.signIn(ip);
    const request = await this.issuer.beginSignIn(this.door.redirectUri);
    const secret = await this.sessions.beginSignIn({ ...request, returnTo });
    void reply.header('set-cookie', this.door.setSignIn(secret)).redirect(request.url.href, 302);
  }

  @Get('callback')
  @PublicRoute()
  @ApiOperation({ summary: 'Where the issuer sends a browser back to' })
  @ApiFoundResponse({ description: 'Signed in, and back to where it began.' })
  @ApiProblem(
    401,
    'The issuer did not let them in, or this is no answer to what this browser asked.',
  )
  @ApiProblem(403, 'The issuer gives them no role here.')
  @ApiProblem(503, 'The issuer does not answer.')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { began, staff } = await this.cameBack(request).catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') {
        await this.unknown.refused('sign in');
      }
      throw error;
    });
    const { door, sessions } = this;
    const actor = auditActor(staff);
    if (staff.roles.length === 0) {
      const details = { because: 'no role' };
      await this.trail.note({ act: 'sign in', outcome: 'refused', actor, object: null, details });
      throw new AppError('FORBIDDEN', 'the issuer knows you, and gives you no role here');
    }
    const secret = await sessions.begin(staff, (manager) =>
      audit(manager, { act: 'sign in', outcome: 'done', actor, object: null }),
    );
    void reply
      .header('set-cookie', [door.setSignIn(null), door.setSession(secret)])
      .redirect(began.returnTo, 302);
  }

  /** @throws AppError UNAUTHENTICATED, UNAVAILABLE */
  private async cameBack(request: FastifyRequest): Promise<{ began: KeptSignIn; staff: Staff }> {
    const { door, sessions } = this;
    // It is taken out by the first that comes with it: a way back is gone once.
    const began = await sessions.takeSignIn(door.signInOf(request.headers.cookie));
    if (began === null) {
      throw new AppError('UNAUTHENTICATED', 'this browser did not begin to sign in, or long ago');
    }
    const cameBackTo = new URL(request.url, door.publicUrl);
    return { began, staff: await this.issuer.finishSignIn(cameBackTo, began) };
  }

  private get issuer(): OidcIssuer {
    const { issuer } = this.door;
    if (issuer === null) {
      throw new AppError('PRECONDITION_FAILED', 'nobody signs in here: OIDC_ISSUER is not set');
    }
    return issuer;
  }
}

/** Who is signed in, and the way out. */
@StaffController('session')
export class SessionController {
  constructor(private readonly door: SignInDoor) {}

  @Get()
  @May('be signed in')
  @ApiOperation({ summary: 'Who you are here, and what you may do' })
  @ApiOkResponse({ type: SessionAnswer })
  read(@KnownActor() { staff, session }: Known): Told<SessionAnswer> {
    return {
      ...{ id: staff.id, roles: staff.roles, unit: staff.unit, provider: staff.provider },
      may: ACTS.filter((act) => may(staff.roles, act)),
      csrfToken: session && csrfToken(session.secret),
      expiresAt: session?.expiresAt.toISOString() ?? null,
    };
  }

  @Post('sign-out')
  @May('be signed in')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign out: neither the session nor the token that was sent is taken any more',
    description: 'A key stays what it is.',
  })
  @ApiOkResponse({ type: SignedOutAnswer })
  async signOut(
    @KnownActor() { staff, signOut, session }: Known,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Told<SignedOutAnswer>> {
    const actor = auditActor(staff);
    await signOut((manager) =>
      audit(manager, { act: 'sign out', outcome: 'done', actor, object: null }),
    );
    if (session === null) return { signOutUrl: null };
    void reply.header('set-cookie', this.door.setSession(null));
    const { issuer, publicUrl } = this.door;
    // Signed out here it is, also where the issuer does not answer.
    const signOutUrl = await issuer?.signOutUrl(`${publicUrl}/`).catch(() => null);
    return { signOutUrl: signOutUrl ?? null };
  }
}
