import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { AuditTrail } from '#audit';
import { AppError } from '#domain';
import {
  bearerToken,
  checkCsrfToken,
  type Noted,
  Sessions,
  type Staff,
  StaffKeys,
} from '#identity';
import { auditActor } from '../audit/audit-actor';
import { type WhyUnknown } from '../audit/unknown-callers';
import { SignInDoor } from './sign-in-door';

/** An access token of the issuer's: three parts (RFC 7519). A key of ours has no dots. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** Beyond that they are written down once more. */
const TOKENS_KNOWN_MAX = 10_000;
/** Those that change nothing, and so need no token against forgery by another site (RFC 9110, 9.2.1). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** How somebody is known. */
export interface Known {
  readonly staff: Staff;
  /** Ends it: the same is not taken again. */
  readonly signOut: (noted: Noted) => Promise<void>;
  /** Of a browser. */
  readonly session: { readonly secret: string; readonly expiresAt: Date } | null;
}

/** Tells who sent a request: by the access token of an issuer, by a key, or by the session of a browser. */
@Injectable()
export class WhoIsActing {
  /** Tokens that were written down. */
  private readonly used = new Set<string>();

  constructor(
    private readonly keys: StaffKeys,
    private readonly sessions: Sessions,
    private readonly door: SignInDoor,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * @throws AppError UNAUTHENTICATED; FORBIDDEN where another site may have had the browser send it; UNAVAILABLE where an issuer's
   *   keys are not to be had
   */
  async identify({ headers, method }: Pick<FastifyRequest, 'headers' | 'method'>): Promise<Known> {
    if (headers.authorization !== undefined) return this.byBearer(headers.authorization);
    const secret = this.door.sessionOf(headers.cookie);
    const session = secret === null ? null : await this.sessions.find(secret);
    if (secret === null || session === null) {
      throw new AppError(
        'UNAUTHENTICATED',
        'sign in, or send a token as "Authorization: Bearer …"',
      );
    }
    if (!SAFE_METHODS.has(method)) checkCsrfToken(secret, headers['x-csrf-token']);
    const signOut = (noted: Noted): Promise<void> => this.sessions.end(secret, noted);
    return { staff: session.staff, signOut, session: { secret, expiresAt: session.expiresAt } };
  }

  /** What to write down of somebody whom this refused; null where it could not be told who they are. */
  whyUnknown({ code }: AppError, { headers }: Pick<FastifyRequest, 'headers'>): WhyUnknown | null {
    if (code === 'FORBIDDEN') return 'forgery';
    if (code !== 'UNAUTHENTICATED') return null;
    if (headers.authorization !== undefined) return 'token';
    return this.door.sessionOf(headers.cookie) === null ? 'nothing' : 'session';
  }

  private async byBearer(authorization: string): Promise<Known> {
    const token = bearerToken(authorization);
    const { issuer, takesKeys } = this.door;
    if (token !== null && JWT.test(token) && issuer !== null) {
      const { staff, tokenId, expiresAtMs } = await issuer.verify(token);
      if (await this.sessions.isTokenEnded(tokenId)) {
        throw new AppError('UNAUTHENTICATED', 'its holder has signed out');
      }
      await this.noteFirstUse(tokenId, staff);
      const signOut = (noted: Noted): Promise<void> =>
        this.sessions.endToken(tokenId, expiresAtMs, noted);
      return { staff, signOut, session: null };
    }
    if (!takesKeys) throw new AppError('UNAUTHENTICATED', 'sign in: keys are not taken here');
    const staff = await this.keys.identify(authorization);
    // A key stays what it is: somebody says that they are gone.
    return { staff, signOut: (noted) => this.sessions.noting(noted), session: null };
  }

  /** Whoever comes by token signed in elsewhere: it is written down when they first come with it. */
  private async noteFirstUse(tokenId: string, staff: Staff): Promise<void> {
    if (this.used.has(tokenId)) return;
    const fact = { act: 'sign in', outcome: 'done', object: null } as const;
    await this.trail.note({ ...fact, actor: auditActor(staff), details: { by: 'token' } });
    if (this.used.size >= TOKENS_KNOWN_MAX) this.used.clear();
    this.used.add(tokenId);
  }
}
