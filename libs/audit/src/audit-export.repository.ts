import { type DataSource, type EntityManager } from 'typeorm';
import { type SignedRoot } from './audit-root.repository';

/** Entries read at once. */
const PAGE = 1_000;

/**
 * The whole trail, as one moment shows it, line by line: what `verify-audit.mjs` checks. Roots stand before entries, so that a reader knows
 * which entries they speak of.
 *
 * @param publicKey PEM, of whoever signs the roots
 */
export async function* exportTrail(
  dataSource: DataSource,
  publicKey: string,
): AsyncGenerator<object> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('REPEATABLE READ');
    yield* exported(runner.manager, publicKey);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

async function* exported(manager: EntityManager, publicKey: string): AsyncGenerator<object> {
  const chains: { number: number; length: number; hash: string }[] = await manager.query(
    `select number, length, encode(hash, 'hex') as hash from audit.chain order by number`,
  );
  yield { format: 'layerwatch-audit', version: 1, chains, publicKey };
  let roots = 0;
  for (let after = 0; ;) {
    const page: SignedRoot[] = await manager.query(
      `select number as root, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, heads,
              encode(merkle, 'hex') as merkle, translate(encode(signature, 'base64'), E'\\n', '') as signature
       from audit.root where number > $1 order by number limit $2`,
      [after, PAGE],
    );
    yield* page;
    roots += page.length;
    if (page.length < PAGE) break;
    after = page.at(-1)!.root;
  }
  let entries = 0;
  for (const { number } of chains) {
    for (let after = 0; ;) {
      const page: { place: number }[] = await manager.query(
        `select chain, place, body, encode(hash, 'hex') as hash,
                to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
         from audit.entry
         where chain = $1 and place > $2 order by place limit $3`,
        [number, after, PAGE],
      );
      yield* page;
      entries += page.length;
      if (page.length < PAGE) break;
      after = page.at(-1)!.place;
    }
  }
  yield { end: { entries, roots } };
}
