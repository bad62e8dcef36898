import { Injectable } from '@nestjs/common';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '#domain';
import { CLOCKS_APART_MAX_S, type SignInRequest } from './oidc-issuer';
import { keyHash } from './secret-key';
import { type Staff } from './staff';

const ID_BYTES = 32;
/** A working day; then one signs in again. */
export const SESSION_HOURS_MAX = 8;
/** So long a screen may stand unattended. */
const IDLE_MINUTES_MAX = 30;
/** So exactly it is known when somebody was last seen: not every request writes. */
const SEEN_EVERY_SECONDS = 60;
/** To type a password, and find the second factor. */
export const SIGN_IN_MINUTES_MAX = 10;
/** Expired rows that one sign-in clears away. */
const CLEARED_MAX = 100;
const SECRET = /^[\w-]{43}$/;

const newSecret = (): string => randomBytes(ID_BYTES).toString('base64url');

/** What a signed-in browser is known by. */
export interface Session {
  readonly staff: Staff;
  readonly expiresAt: Date;
}

interface SessionRow extends Omit<Staff, 'id' | 'ownTokens'> {
  readonly staff_id: string;
  readonly own_tokens: string[];
  readonly expires_at: Date;
}

/** Writes down what happens, in the transaction in which it does. */
export type Noted = (manager: EntityManager) => Promise<void>;

/** What is kept of somebody on the way to the issuer and back. */
export type KeptSignIn = Pick<SignInRequest, 'state' | 'nonce' | 'codeVerifier'> & {
  readonly returnTo: string;
};

/**
 * Browsers that are signed in, and those on their way to be. A browser holds a secret of 256 bits, the database its hash: who reads the
 * table can be nobody.
 */
@Injectable()
export class Sessions {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns what the browser has to come back with */
  async beginSignIn(request: KeptSignIn): Promise<string> {
    const secret = newSecret();
    await this.clearAway();
    await this.dataSource.query(
      `insert into identity.sign_in (id_hash, state, nonce, code_verifier, return_to, expires_at)
       values ($1, $2, $3, $4, $5, now() + make_interval(mins => $6))`,
      [
        keyHash(secret),
        request.state,
        request.nonce,
        request.codeVerifier,
        request.returnTo,
        SIGN_IN_MINUTES_MAX,
      ],
    );
    return secret;
  }

  /** Gives a sign-in once. @returns null where there is none, or it was taken, or took too long */
  async takeSignIn(secret: string | undefined): Promise<KeptSignIn | null> {
    if (secret === undefined || !SECRET.test(secret)) return null;
    const [rows]: [KeptSignIn[], number] = await this.dataSource.query(
      `delete from identity.sign_in where id_hash = $1 and expires_at > now()
       returning state, nonce, code_verifier as "codeVerifier", return_to as "returnTo"`,
      [keyHash(secret)],
    );
    return rows[0] ?? null;
  }

  /**
   * @param noted is done in the same transaction: a session that is written down nowhere is none
   * @returns what the browser is known by from now on
   */
  async begin({ id, roles, unit, provider, ownTokens }: Staff, noted: Noted): Promise<string> {
    const secret = newSecret();
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `insert into identity.session (id_hash, staff_id, roles, unit, provider, own_tokens, expires_at)
         values ($1, $2, $3, $4, $5, $6, now() + make_interval(hours => $7))`,
        [keyHash(secret), id, roles, unit, provider, ownTokens, SESSION_HOURS_MAX],
      );
      await noted(manager);
    });
    return secret;
  }

  /** @returns null where there is no such session, or it has ended */
  async find(secret: string): Promise<Session | null> {
    if (!SECRET.test(secret)) return null;
    const rows: (SessionRow & { seen_long_ago: boolean })[] = await this.dataSource.query(
      `select staff_id, roles, unit, provider, own_tokens, expires_at,
              last_seen_at < now() - make_interval(secs => $3) as seen_long_ago
       from identity.session
       where id_hash = $1 and expires_at > now() and last_seen_at > now() - make_interval(mins => $2)`,
      [keyHash(secret), IDLE_MINUTES_MAX, SEEN_EVERY_SECONDS],
    );
    const [row] = rows;
    if (row === undefined) return null;
    if (row.seen_long_ago) {
      await this.dataSource.query(
        'update identity.session set last_seen_at = now() where id_hash = $1',
        [keyHash(secret)],
      );
    }
    const { staff_id: id, roles, unit, provider, own_tokens: ownTokens } = row;
    return { staff: { id, roles, unit, provider, ownTokens }, expiresAt: row.expires_at };
  }

  /** Where nothing ends, and it is said all the same. */
  async noting(noted: Noted): Promise<void> {
    await this.dataSource.transaction(noted);
  }

  /** @param noted is done in the same transaction */
  async end(secret: string, noted: Noted): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query('delete from identity.session where id_hash = $1', [keyHash(secret)]);
      await noted(manager);
    });
  }

  /** Has an access token taken no more, although it has not expired. @param noted is done in the same transaction */
  async endToken(tokenId: string, expiresAtMs: number, noted: Noted): Promise<void> {
    await this.clearAway();
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `insert into identity.ended_token (token_id, expires_at) values ($1, to_timestamp($2::double precision / 1000) + make_interval(secs => $3))
         on conflict (token_id) do nothing`,
        [tokenId, expiresAtMs, CLOCKS_APART_MAX_S],
      );
      await noted(manager);
    });
  }

  async isTokenEnded(tokenId: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      'select from identity.ended_token where token_id = $1',
      [tokenId],
    );
    return rows.length > 0;
  }

  private async clearAway(): Promise<void> {
    for (const [table, key] of [
      ['sign_in', 'id_hash'],
      ['session', 'id_hash'],
      ['ended_token', 'token_id'],
    ] as const) {
      await this.dataSource.query(
        `delete from identity.${table} where ${key} = any(array(
           select ${key} from identity.${table} where expires_at < now() order by expires_at limit $1))`,
        [CLEARED_MAX],
      );
    }
  }
}

/**
 * What a page of ours has to send along with whatever changes something: another site can have a browser send its cookie, but cannot
 * know this. It follows from the secret in the cookie, so nothing is kept of it.
 */
export const csrfToken = (secret: string): string =>
  keyHash(`layerwatch.csrf.v1\n${secret}`).toString('base64url');

/** @throws AppError FORBIDDEN */
export function checkCsrfToken(secret: string, sent: string | string[] | undefined): void {
  const expected = Buffer.from(csrfToken(secret));
  const given = Buffer.from(typeof sent === 'string' ? sent : '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AppError('FORBIDDEN', 'send the csrfToken of GET /v1/session as x-csrf-token');
  }
}
