import { type PoolClient, type QueryResultRow } from 'pg';
import { type EntityManager, QueryFailedError } from 'typeorm';

/** A statement that each connection of the server plans a few times only, and then keeps the plan of. */
export interface PreparedStatement {
  /** Of this text and no other. */
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a statement whose plan is the same whatever its values are: planning a long one costs as much as storing a hundred
 * rows. TypeORM names no statements, so this asks for its connection: that of the manager's transaction, or any.
 *
 * @throws QueryFailedError as `EntityManager.query` does
 */
export async function runPrepared<Row extends QueryResultRow>(
  { queryRunner, dataSource }: EntityManager,
  { name, text }: PreparedStatement,
  values: unknown[],
): Promise<Row[]> {
  const runner = queryRunner ?? dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as PoolClient;
    const result = client.query<Row>({ name, text, values }).catch((error: unknown) => {
      throw new QueryFailedError(text, values, error as Error);
    });
    return (await result).rows;
  } finally {
    if (runner !== queryRunner) await runner.release();
  }
}
