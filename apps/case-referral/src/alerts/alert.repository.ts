import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Alert, type EvidenceTransfer, type WalletPosition } from '#contracts';
import { OutboxServer } from '#messaging';
import { type PreparedStatement, runPrepared } from '#persistence';
import { type CaseReader, readerParameters } from '../access/case-reader';

export interface FoundAlert {
  readonly alert: Alert;
  readonly caseId: string;
  /** Its case is. */
  readonly sealed: boolean;
  readonly evidence: readonly EvidenceTransfer[];
}

/** An alert in its case. */
export interface PlacedAlert {
  readonly alert: Alert;
  readonly caseId: string;
  /** Its place in the list, which it keeps whatever revisions come. */
  readonly listedAt: number;
}

/** Where a wallet stands, and how often it was told since the last time this was stored. */
export interface ToldPosition {
  readonly position: WalletPosition;
  readonly times: number;
}

const SAVE_POSITIONS: PreparedStatement = {
  name: 'save-wallet-positions',
  text: `
  insert into referral.wallet_position (provider, wallet_id, currency, told, body)
  select provider, wallet_id, currency, times, body
  from rows from (
    unnest($1::text[], $2::text[], $3::text[], $4::integer[]), jsonb_array_elements($5::jsonb)
  ) as now(provider, wallet_id, currency, times, body)
  on conflict (provider, wallet_id, currency) do update
  set told = wallet_position.told + excluded.told, body = excluded.body`,
};

/** Our copy of the alerts, and where the wallets they rely on stand. */
@Injectable()
export class AlertRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** What reads scoring's events and calls the consumer. */
  eventServer(databaseUrl: string): OutboxServer {
    return new OutboxServer(this.dataSource, databaseUrl, 'scoring');
  }

  /** What is stored of these alerts: their newest revisions, and where they lie. */
  async known(
    manager: EntityManager,
    ids: readonly string[],
  ): Promise<{ id: string; revision: number; caseId: string }[]> {
    return manager.query(
      'select id, revision, case_id as "caseId" from referral.alert where id = any($1::uuid[])',
      [ids],
    );
  }

  /** @param placed each alert once */
  async save(manager: EntityManager, placed: readonly PlacedAlert[]): Promise<void> {
    if (placed.length === 0) return;
    await manager.query(
      `insert into referral.alert (id, listed_at, case_id, revision, typologies, body)
       select (body ->> 'id')::uuid, listed_at, case_id, (body ->> 'revision')::integer,
              array(select jsonb_array_elements_text(body -> 'typologies')), body
       from rows from (unnest($1::bigint[], $2::uuid[]), jsonb_array_elements($3::jsonb)) as told(listed_at, case_id, body)
       on conflict (id) do update
       set case_id = excluded.case_id, revision = excluded.revision, typologies = excluded.typologies,
           body = excluded.body`,
      [
        placed.map(({ listedAt }) => listedAt),
        placed.map(({ caseId }) => caseId),
        JSON.stringify(placed.map(({ alert }) => alert)),
      ],
    );
  }

  /** Each takes the place of the one before. @param told at most one of a wallet and currency */
  async savePositions(manager: EntityManager, told: readonly ToldPosition[]): Promise<void> {
    await runPrepared(manager, SAVE_POSITIONS, [
      told.map(({ position }) => position.provider),
      told.map(({ position }) => position.walletId),
      told.map(({ position }) => position.currency),
      told.map(({ times }) => times),
      JSON.stringify(told.map(({ position }) => position)),
    ]);
  }

  /** By place in the list; up to `rowsMax`, after the place given. */
  async list(
    after: number,
    reader: CaseReader,
    withSealed: boolean,
    rowsMax: number,
  ): Promise<{ place: number; alert: Alert }[]> {
    const rows: { listed_at: number; body: Alert }[] = await this.dataSource.query(
      `select a.listed_at, a.body from referral.alert a join referral.case_file c on c.id = a.case_id
       where a.listed_at > $1 and ($6 or not c.sealed) and referral.may_read(c, $3, $4, $5) order by a.listed_at limit $2`,
      [after, rowsMax, ...readerParameters(reader), withSealed],
    );
    return rows.map(({ listed_at, body }) => ({ place: listed_at, alert: body }));
  }

  /** Null where there is none, or it is none of the reader's. */
  async find(id: string, reader: CaseReader): Promise<FoundAlert | null> {
    const rows: {
      body: Alert;
      case_id: string;
      sealed: boolean;
      evidence: EvidenceTransfer[] | null;
    }[] = await this.dataSource.query(
      `select a.body, a.case_id, c.sealed,
                (select jsonb_agg(t.body order by named.place)
                 from rows from (jsonb_to_recordset(a.body -> 'transfers') as (provider text, "transferId" text))
                   with ordinality as named(provider, transfer_id, place)
                 join referral.case_transfer t using (provider, transfer_id)) as evidence
         from referral.alert a join referral.case_file c on c.id = a.case_id
         where a.id = $1 and referral.may_read(c, $2, $3, $4)`,
      [id, ...readerParameters(reader)],
    );
    const row = rows[0];
    if (row === undefined) return null;
    const { body: alert, case_id: caseId, sealed, evidence } = row;
    return { alert, caseId, sealed, evidence: evidence ?? [] };
  }

  /** The alerts of a case in full, in the order of their ids. */
  async ofCase(manager: EntityManager, caseId: string): Promise<Alert[]> {
    const rows: { body: Alert }[] = await manager.query(
      'select body from referral.alert where case_id = $1 order by id',
      [caseId],
    );
    return rows.map(({ body }) => body);
  }
}
