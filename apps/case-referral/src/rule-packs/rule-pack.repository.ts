import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ActivationMode } from '#contracts';
import { inTurn, TransferLog } from '#messaging';
import { type Told } from '#platform';
import { type DecisionRow, toDecision } from '../staff/decision-answer';
import {
  type ActivationAnswer,
  type RulePackAnswer,
  type RulePackStatus,
} from './rule-pack-answer';

export type ListedRulePack = Told<RulePackAnswer>;
export type StoredRulePack = ListedRulePack & { readonly document: unknown };
export type Activation = Told<ActivationAnswer>;

/** A pack as it is stored first. */
export interface NewRulePack {
  readonly version: string;
  readonly hash: string;
  readonly document: object;
  readonly status: RulePackStatus;
  readonly proposedBy: string;
}

interface ListedRow {
  version: string;
  hash: string;
  status: RulePackStatus;
  listed_at: number;
  proposed_by: string;
  proposed_at: Date;
}

interface ActivationRow extends DecisionRow {
  version: string;
  mode: ActivationMode;
  applied_at: number | null;
  applied_as_of: Date | null;
}

const toListed = (row: ListedRow): ListedRulePack => ({
  version: row.version,
  hash: row.hash,
  status: row.status,
  proposedBy: row.proposed_by,
  proposedAt: row.proposed_at.toISOString(),
});

/** Of a pack, all but the document, which is most of it. */
const LISTED = 'version, hash, status, listed_at, proposed_by, proposed_at';

const toActivation = (row: ActivationRow): Activation => ({
  version: row.version,
  mode: row.mode,
  ...toDecision(row),
  applied: row.applied_at !== null,
  appliedAsOf: row.applied_as_of?.toISOString() ?? null,
});

/** Rule packs, and what became of them. */
@Injectable()
export class RulePackRepository {
  private readonly log: TransferLog;

  constructor(private readonly dataSource: DataSource) {
    this.log = new TransferLog(dataSource);
  }

  /** Packs are proposed and activated one after the other: which one is in force is then never in doubt. */
  async inTurn<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTurn(this.dataSource, 'rule-packs', work);
  }

  /** @returns whether its version was new */
  async add(manager: EntityManager, pack: NewRulePack): Promise<boolean> {
    const added: unknown[] = await manager.query(
      `insert into intel.rule_pack (version, hash, document, status, proposed_by)
       values ($1, $2, $3::jsonb, $4, $5) on conflict (version) do nothing returning version`,
      [pack.version, pack.hash, JSON.stringify(pack.document), pack.status, pack.proposedBy],
    );
    return added.length === 1;
  }

  /** Puts another content under a version that nobody has decided on. */
  async replace(manager: EntityManager, { version, hash, document }: NewRulePack): Promise<void> {
    await manager.query(
      `update intel.rule_pack set hash = $2, document = $3::jsonb where version = $1`,
      [version, hash, JSON.stringify(document)],
    );
  }

  async find(manager: EntityManager | null, version: string): Promise<StoredRulePack | null> {
    const rows: (ListedRow & { document: unknown })[] = await (manager ?? this.dataSource).query(
      `select ${LISTED}, document from intel.rule_pack where version = $1`,
      [version],
    );
    return rows[0] ? { ...toListed(rows[0]), document: rows[0].document } : null;
  }

  async findListed(manager: EntityManager, version: string): Promise<ListedRulePack | null> {
    const rows: ListedRow[] = await manager.query(
      `select ${LISTED} from intel.rule_pack where version = $1`,
      [version],
    );
    return rows[0] ? toListed(rows[0]) : null;
  }

  /** By the place in the list; up to `rowsMax`, after the place given. */
  async list(after: number, rowsMax: number): Promise<{ place: number; pack: ListedRulePack }[]> {
    const rows: ListedRow[] = await this.dataSource.query(
      `select ${LISTED} from intel.rule_pack where listed_at > $1 order by listed_at limit $2`,
      [after, rowsMax],
    );
    return rows.map((row) => ({ place: row.listed_at, pack: toListed(row) }));
  }

  /** What was decided of a pack, the last first. */
  async activations(
    manager: EntityManager | null,
    version: string,
    rowsMax: number,
  ): Promise<Activation[]> {
    const rows: ActivationRow[] = await (manager ?? this.dataSource).query(
      `select * from intel.rule_pack_activation where version = $1 order by position desc limit $2`,
      [version, rowsMax],
    );
    return rows.map(toActivation);
  }

  /** Whether alerts were ever judged by a pack that somebody chose. */
  async hasBeenDecided(manager: EntityManager): Promise<boolean> {
    const rows: { decided: boolean }[] = await manager.query(
      `select exists (select from intel.rule_pack_activation where mode = 'ACTIVE') as decided`,
    );
    return rows[0]!.decided;
  }

  /** Makes room: whoever has this status steps back to what it was before it had it. */
  async stepBack(manager: EntityManager, status: 'ACTIVE' | 'SHADOW'): Promise<void> {
    await manager.query(
      `update intel.rule_pack p set status = case
         when p.status = 'ACTIVE' or exists (
           select from intel.rule_pack_activation a where a.version = p.version and a.mode = 'ACTIVE'
         ) then 'RETIRED' else 'PROPOSED' end
       where p.status = $1`,
      [status],
    );
  }

  async setStatus(manager: EntityManager, version: string, status: RulePackStatus): Promise<void> {
    await manager.query('update intel.rule_pack set status = $2 where version = $1', [
      version,
      status,
    ]);
  }

  /** Tells detection, and keeps who decided it and why. */
  async decide(
    manager: EntityManager,
    { version, hash, document }: Pick<StoredRulePack, 'version' | 'hash' | 'document'>,
    mode: ActivationMode,
    { reason, actor }: { readonly reason: string; readonly actor: string },
  ): Promise<Activation> {
    const position = await this.log.appendControl(manager, 'rule-pack.activated.v1', {
      version,
      hash,
      mode,
      document,
    });
    const rows: ActivationRow[] = await manager.query(
      `insert into intel.rule_pack_activation (position, version, mode, reason, decided_by)
       values ($1, $2, $3, $4, $5) returning *`,
      [position, version, mode, reason, actor],
    );
    return toActivation(rows[0]!);
  }
}
