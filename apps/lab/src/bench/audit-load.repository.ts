import { type DataSource } from 'typeorm';
import { audit, type AuditFact, chainOf } from '#audit';

/** What one writer writes: a look at a case, as the trail is told of it. */
const look = (actor: string): AuditFact => ({
  ...{
    act: 'read cases',
    outcome: 'done',
    actor: { id: actor, roles: ['analyst'], unit: 'bench' },
  },
  object: { type: 'case', id: '00000000-0000-7000-8000-000000000000' },
  details: { purpose: 'INVESTIGATION' },
});

/** Writers of the audit trail, and of a table like it that nothing links. */
export class AuditLoad {
  constructor(private readonly dataSource: DataSource) {}

  async prepare(): Promise<void> {
    await this.dataSource.query(
      'create table audit.not_linked (chain smallint not null, body text not null)',
    );
  }

  async write(actor: string): Promise<void> {
    await audit(this.dataSource, look(actor));
  }

  async writeNotLinked(actor: string): Promise<void> {
    await this.dataSource.query('insert into audit.not_linked (chain, body) values ($1, $2)', [
      chainOf(actor),
      JSON.stringify(look(actor)),
    ]);
  }
}
