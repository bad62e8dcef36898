import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import { type AuditFact, canonicalEntry, chainOf } from './audit-entry';

/** What people did, saw and were refused. */
@Injectable()
export class AuditTrail {
  constructor(private readonly dataSource: DataSource) {}

  /** Writes down what changes nothing else: a look, a refusal. */
  async note(fact: AuditFact): Promise<void> {
    await audit(this.dataSource, fact);
  }
}

/**
 * Writes down what somebody did, in the transaction of what it describes: both are there or neither. Last in it, where that can be: who
 * writes to a chain holds it until the transaction ends.
 */
export async function audit(source: DataSource | EntityManager, fact: AuditFact): Promise<void> {
  const body = canonicalEntry({ id: uuidV7(), at: new Date().toISOString(), ...fact });
  await source.query('insert into audit.entry (chain, body) values ($1, $2)', [
    chainOf(fact.actor.id),
    body,
  ]);
}
