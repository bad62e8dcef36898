import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** By what of a payment a message may name it. */
const KEYS = ['tx_id', 'uetr', 'end_to_end_id', 'message_id'] as const;

const indexes = (table: string, where = ''): string =>
  KEYS.map(
    (key) =>
      `create index ${table}_${key}_idx on feed.${table} (provider_id, ${key}) where ${key} is not null${where};`,
  ).join('\n');

/**
 * Payments reported as ISO 20022 messages: what names them, and what was told of them by other messages, in whatever order those
 * come. Expands: nothing that the release before uses changes.
 */
export class Iso200221764000000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A key is for all that its provider does, where nothing else is said.
      alter table feed.provider_key alter column scopes set default '{report,health}';

      -- BICs and member numbers of the clearing, by which messages name a provider.
      create table feed.provider_code (
        code text primary key,
        provider_id text not null constraint provider_code_provider_fk references feed.provider
      );

      -- One row a pacs.008's transaction; the transfer itself stands in the log.
      create table feed.iso_payment (
        provider_id text not null,
        transfer_id text not null,
        message_id text,
        tx_id text,
        uetr text,
        end_to_end_id text,
        -- When it was told that it is settled, or comes to nothing.
        ended_at timestamptz,
        received_at timestamptz not null default now(),
        constraint iso_payment_pkey primary key (provider_id, transfer_id)
      );
      ${indexes('iso_payment')}
      -- What waits, for the list of what is unconfirmed.
      create index iso_payment_waits_idx on feed.iso_payment (provider_id, received_at) where ended_at is null;
      create index iso_payment_received_idx on feed.iso_payment using brin (received_at);

      -- What pacs.002, pain.001 and camt.056 tell of a payment.
      create table feed.iso_report (
        id bigint generated always as identity constraint iso_report_pkey primary key,
        provider_id text not null,
        kind text not null,
        message_id text,
        tx_id text,
        uetr text,
        end_to_end_id text,
        occurred_at timestamptz not null,
        code text,
        reason text,
        -- SHA-256 of all that it tells, so that it is kept once.
        fingerprint bytea not null,
        -- The payment it is about; null while that was not told of, and where it is about all of a message.
        transfer_id text,
        -- Where it contradicts what was told before it came.
        contradicts boolean not null default false,
        received_at timestamptz not null default now(),
        constraint iso_report_once unique (provider_id, fingerprint)
      );
      ${indexes('iso_report', ' and transfer_id is null')}
      create index iso_report_waits_idx on feed.iso_report (provider_id, received_at) where transfer_id is null;
      create index iso_report_received_idx on feed.iso_report using brin (received_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table feed.provider_key alter column scopes set default '{report}';
       drop table feed.iso_report; drop table feed.iso_payment; drop table feed.provider_code;`,
    );
  }
}
