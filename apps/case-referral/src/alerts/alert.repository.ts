import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Alert, type EvidenceTransfer, type WalletPosition } from '#contracts';
import { OutboxServer } from '#messaging';

export interface FoundAlert {
  readonly alert: Alert;
  readonly caseId: string;
  readonly evidence: readonly EvidenceTransfer[];
}

/** Where a wallet stands, and how often it was told since the last time this was stored. */
export interface ToldPosition {
  readonly position: WalletPosition;
  readonly times: number;
}

/** Our copy of the alerts, and where the wallets they rely on stand. */
@Injectable()
export class AlertRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** What reads scoring's events and calls the consumer. */
  eventServer(databaseUrl: string): OutboxServer {
    return new OutboxServer(this.dataSource, databaseUrl, 'scoring');
  }

  /** The newest revision that is stored; null where the alert is new. */
  async revision(manager: EntityManager, id: string): Promise<number | null> {
    const rows: { revision: number }[] = await manager.query(
      'select revision from referral.alert where id = $1',
      [id],
    );
    return rows[0]?.revision ?? null;
  }

  /** @param listedAt its place in the list, which it keeps whatever revisions come */
  async save(
    manager: EntityManager,
    alert: Alert,
    caseId: string,
    listedAt: number,
  ): Promise<void> {
    await manager.query(
      `insert into referral.alert (id, listed_at, case_id, revision, typologies, body)
       values ($1, $2, $3, $4, $5, $6::jsonb)
       on conflict (id) do update
       set case_id = excluded.case_id, revision = excluded.revision, typologies = excluded.typologies,
           body = excluded.body`,
      [alert.id, listedAt, caseId, alert.revision, alert.typologies, JSON.stringify(alert)],
    );
  }

  /** Each takes the place of the one before. @param told at most one of a wallet and currency */
  async savePositions(manager: EntityManager, told: readonly ToldPosition[]): Promise<void> {
    await manager.query(
      `insert into referral.wallet_position (provider, wallet_id, currency, told, body)
       select provider, wallet_id, currency, times, body
       from rows from (
         unnest($1::text[], $2::text[], $3::text[], $4::integer[]), jsonb_array_elements($5::jsonb)
       ) as now(provider, wallet_id, currency, times, body)
       on conflict (provider, wallet_id, currency) do update
       set told = wallet_position.told + excluded.told, body = excluded.body`,
      [
        told.map(({ position }) => position.provider),
        told.map(({ position }) => position.walletId),
        told.map(({ position }) => position.currency),
        told.map(({ times }) => times),
        JSON.stringify(told.map(({ position }) => position)),
      ],
    );
  }

  /** By place in the list; up to `rowsMax`, after the place given. */
  async list(after: number, rowsMax: number): Promise<{ place: number; alert: Alert }[]> {
    const rows: { listed_at: number; body: Alert }[] = await this.dataSource.query(
      'select listed_at, body from referral.alert where listed_at > $1 order by listed_at limit $2',
      [after, rowsMax],
    );
    return rows.map(({ listed_at, body }) => ({ place: listed_at, alert: body }));
  }

  async find(id: string): Promise<FoundAlert | null> {
    const rows: { body: Alert; case_id: string; evidence: EvidenceTransfer[] | null }[] =
      await this.dataSource.query(
        `select a.body, a.case_id,
                (select jsonb_agg(t.body order by named.place)
                 from rows from (jsonb_to_recordset(a.body -> 'transfers') as (provider text, "transferId" text))
                   with ordinality as named(provider, transfer_id, place)
                 join referral.case_transfer t using (provider, transfer_id)) as evidence
         from referral.alert a where a.id = $1`,
        [id],
      );
    const row = rows[0];
    return row ? { alert: row.body, caseId: row.case_id, evidence: row.evidence ?? [] } : null;
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
