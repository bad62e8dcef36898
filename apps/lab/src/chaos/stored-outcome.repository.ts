import { toldInSum } from '#contracts';
import { createDataSource } from '#persistence';

const STATEMENT_TIMEOUT_MS = 60_000;

/** Transfers in the order of the log, and what scoring told in sum. */
export async function readStored(databaseUrl: string): Promise<{
  readonly transfers: readonly unknown[];
  readonly events: readonly unknown[];
}> {
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'layerwatch-lab',
    connectionsMax: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    return {
      transfers: await dataSource.query(
        `select provider_id, transfer_id, status, type, occurred_at, amount_minor, currency, debtor_provider, debtor_wallet,
                creditor_provider, creditor_wallet
         from feed.transfer order by position`,
      ),
      events: toldInSum(
        await dataSource.query('select name, body from scoring.outbox order by position'),
      ),
    };
  } finally {
    await dataSource.destroy();
  }
}
