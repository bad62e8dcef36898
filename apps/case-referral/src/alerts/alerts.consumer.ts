import { Controller, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type EntityManager } from 'typeorm';
import { type AlertEvent, EVENTS, type WalletPosition } from '#contracts';
import { OUTBOX_BATCH_END, OutboxContext } from '#messaging';
import { CaseRepository } from '../cases/case.repository';
import { RefreshCases } from '../cases/refresh-cases';
import { accountKey } from '../cases/money-left';
import { PassErrorOn } from '../events/pass-error-on.filter';
import { AlertRepository, type ToldPosition } from './alert.repository';
import { TakeAlert } from './take-alert';

/** What the events of a batch leave to be done at its end, once for all of them. */
class OpenBatch {
  readonly caseIds = new Set<string>();
  readonly positions = new Map<string, ToldPosition>();
}

/**
 * Takes what scoring tells: alerts, their revisions, and where wallets stand.
 *
 * Drawing a case costs as much as it has transfers. It is done at the end of a batch, once for each case that the batch
 * touched: a case that grows to 5,000 transfers by a thousand events would otherwise be drawn a thousand times.
 */
@Controller()
@UseFilters(PassErrorOn)
export class AlertsConsumer {
  /** By transaction: what one that fails had gathered goes with it. */
  private readonly batches = new WeakMap<EntityManager, OpenBatch>();

  constructor(
    private readonly takeAlert: TakeAlert,
    private readonly alerts: AlertRepository,
    private readonly cases: CaseRepository,
    private readonly refreshCases: RefreshCases,
  ) {}

  @EventPattern([EVENTS.alertRaised, EVENTS.alertUpdated])
  async onAlert(@Payload() event: AlertEvent, @Ctx() context: OutboxContext): Promise<void> {
    const { manager, position } = context;
    const caseId = await this.takeAlert.run(manager, event, position);
    if (caseId !== null) this.batchOf(manager).caseIds.add(caseId);
  }

  @EventPattern(EVENTS.walletPosition)
  onWalletPosition(@Payload() position: WalletPosition, @Ctx() context: OutboxContext): void {
    // Of several in one batch only the last says where the wallet stands; how many there were is counted all the same,
    // so that what comes of them does not hang on where a batch ended.
    const { positions } = this.batchOf(context.manager);
    const account = accountKey(position, position.currency);
    positions.set(account, { position, times: (positions.get(account)?.times ?? 0) + 1 });
  }

  @EventPattern(OUTBOX_BATCH_END)
  async onBatchEnd(@Payload() _body: null, @Ctx() context: OutboxContext): Promise<void> {
    const { manager } = context;
    const { caseIds, positions } = this.batchOf(manager);
    this.batches.delete(manager);
    if (positions.size > 0) {
      const told = [...positions.values()];
      await this.alerts.savePositions(manager, told);
      const wallets = told.map(({ position }) => position);
      for (const id of await this.cases.ofWallets(manager, wallets)) caseIds.add(id);
    }
    await this.refreshCases.run(manager, [...caseIds]);
  }

  private batchOf(manager: EntityManager): OpenBatch {
    const batch = this.batches.get(manager) ?? new OpenBatch();
    this.batches.set(manager, batch);
    return batch;
  }
}
