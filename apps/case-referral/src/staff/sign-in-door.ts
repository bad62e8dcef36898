import { parseCookie, stringifySetCookie } from 'cookie';
import { type OidcIssuer, SESSION_HOURS_MAX, SIGN_IN_MINUTES_MAX } from '#identity';

const CALLBACK = '/v1/session/callback';
const SIGN_IN_PATH = '/v1/session';
const SESSION_SECONDS_MAX = SESSION_HOURS_MAX * 3_600;
const SIGN_IN_SECONDS_MAX = SIGN_IN_MINUTES_MAX * 60;

/** How people get in here: by which issuer, and what their browsers are given to be known by. */
export class SignInDoor {
  private readonly isSecure: boolean;
  private readonly sessionCookie: string;
  private readonly signInCookie: string;

  /**
   * @param issuer null where nobody signs in
   * @param takesKeys whether staff may act by key
   * @param publicUrl where browsers reach this service, without a slash at its end
   */
  constructor(
    readonly issuer: OidcIssuer | null,
    readonly takesKeys: boolean,
    readonly publicUrl: string,
  ) {
    this.isSecure = publicUrl.startsWith('https:');
    // With this prefix a browser takes it over https and for this host alone.
    const prefix = this.isSecure ? '__Host-' : '';
    this.sessionCookie = `${prefix}layerwatch_session`;
    this.signInCookie = `${this.isSecure ? '__Secure-' : ''}layerwatch_sign_in`;
  }

  get redirectUri(): string {
    return this.publicUrl + CALLBACK;
  }

  sessionOf(cookies: string | undefined): string | null {
    return parseCookie(cookies ?? '')[this.sessionCookie] ?? null;
  }

  signInOf(cookies: string | undefined): string | undefined {
    return parseCookie(cookies ?? '')[this.signInCookie];
  }

  /** @param secret null takes it back */
  setSession(secret: string | null): string {
    return this.cookie(this.sessionCookie, secret, '/', SESSION_SECONDS_MAX);
  }

  setSignIn(secret: string | null): string {
    return this.cookie(this.signInCookie, secret, SIGN_IN_PATH, SIGN_IN_SECONDS_MAX);
  }

  private cookie(name: string, secret: string | null, path: string, seconds: number): string {
    return stringifySetCookie({
      name,
      value: secret ?? '',
      path,
      maxAge: secret === null ? 0 : seconds,
      httpOnly: true,
      secure: this.isSecure,
      // The way back from the issuer is a link from another site.
      sameSite: 'lax',
    });
  }
}
