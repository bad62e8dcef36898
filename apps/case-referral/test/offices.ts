import { type DataSource } from 'typeorm';
import { v5 as uuidV5 } from 'uuid';
import { type StaffRole } from '#identity';
import { alertOver, paid } from './evidence';
import {
  type Answer,
  type RunningCaseReferral,
  runCaseReferral,
  settled,
  tellAlert,
} from './running-case-referral';
import { TestIssuer } from './test-issuer';

const NAMES = '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10';
export const alertId = (name: string): string => uuidV5(name, NAMES);
export const because = { reason: 'a test' };

/** Who, what they are, and where. */
const PEOPLE: Readonly<Record<string, readonly [role: StaffRole, unit: string | null]>> = {
  nadia: ['analyst', 'north'],
  noor: ['senior', 'north'],
  nasir: ['approver', 'north'],
  sana: ['analyst', 'south'],
  salim: ['senior', 'south'],
  dua: ['director', null],
  adeel: ['auditor', null],
};

interface Database {
  readonly databaseUrl: string;
  readonly dataSource: DataSource;
}

/** Case-referral as it runs, with people of two offices who signed in; cases are opened in the north. */
export class Offices {
  private constructor(
    private readonly database: Database,
    readonly service: RunningCaseReferral,
    private readonly issuer: TestIssuer,
  ) {}

  static async open(database: Database): Promise<Offices> {
    const issuer = await TestIssuer.start();
    const settings = { OIDC_ISSUER: issuer.url, CASE_UNIT: 'north' };
    const service = await runCaseReferral(database.databaseUrl, new Map(), settings);
    return new Offices(database, service, issuer);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.issuer.close();
  }

  async as<Body = Record<string, unknown>>(
    who: string,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    purpose?: string,
  ): Promise<Pick<Answer<Body>, 'status' | 'body'>> {
    const [role, unit] = PEOPLE[who]!;
    const headers = purpose === undefined ? {} : { 'x-purpose': purpose };
    return this.by({ sub: who, roles: [role], unit }, method, path, body, headers);
  }

  /** As whomever an issuer says these things of. */
  async by<Body = Record<string, unknown>>(
    claims: Readonly<Record<string, unknown>>,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Pick<Answer<Body>, 'status' | 'body'>> {
    const answer = await fetch(this.service.url + path, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${await this.issuer.token({ ...claims })}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  /** A case of its own, by an alert of that name. */
  async aCase(name = 'a'): Promise<string> {
    const { dataSource } = this.database;
    const credit = paid(`${name}1`, `${name}2`, 100_00, 1, { id: `t-${name}` });
    await tellAlert(dataSource, alertOver(alertId(name), [credit]), [credit]);
    await settled(dataSource);
    const rows: { case_id: string }[] = await dataSource.query(
      'select case_id from referral.alert where id = $1',
      [alertId(name)],
    );
    return rows[0]!.case_id;
  }
}
