import { Controller, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type EntityManager } from 'typeorm';
import { type AlertEvent, EVENTS, type WalletPosition } from '#contracts';
import { accountKey } from '#domain';
import { OUTBOX_BATCH_END, OutboxContext } from '#messaging';
import { CaseRepository } from '../cases/case.repository';
import { DrawCases } from '../cases/draw-cases';
import { RefreshCases } from '../cases/refresh-cases';
import { PassErrorOn } from '../events/pass-error-on.filter';
import { AlertRepository, type ToldPosition } from './alert.repository';
import { TakeAlerts, type ToldAlert } from './take-alerts';

/** What the events of a batch leave to be done at its end, once for all of them. */
class OpenBatch {
  readonly alerts: ToldAlert[] = [];
  readonly positions = new Map<string, ToldPosition>();
}

/**
 * Takes what scoring tells: alerts, their revisions, and where wallets stand.
 *
 * Drawing a case costs as much as it has transfers. A new one is drawn at the end of its batch, so that there is none of
 * which nothing is said; what is told later of it is drawn apart ({@link DrawCases}), however fast events come.
 */
@Controller()
@UseFilters(PassErrorOn)
export class AlertsConsumer {
  /** By transaction: what one that fails had gathered goes with it. */
  private readonly batches = new WeakMap<EntityManager, OpenBatch>();

  constructor(
    private readonly takeAlerts: TakeAlerts,
    private readonly alerts: AlertRepository,
    private readonly cases: CaseRepository,
    private readonly refreshCases: RefreshCases,
    private readonly drawCases: DrawCases,
  ) {}

  @EventPattern([EVENTS.alertRaised, EVENTS.alertUpdated])
  onAlert(@Payload() event: AlertEvent, @Ctx() context: OutboxContext): void {
    const { manager, position } = context;
    this.batchOf(manager).alerts.push({ event, position });
  }

  @EventPattern(EVENTS.walletPosition)
  onWalletPosition(@Payload() position: WalletPosition, @Ctx() context: OutboxContext): void {
    // Of several in one batch only the last says where the wallet stands; how many there were is counted all the same,
    // so that what comes of them does not hang on where a batch ended.
    const { positions } = this.batchOf(context.manager);
    const account = accountKey(position, position.currency);
    const times = (positions.get(account)?.times ?? 0) + (position.times ?? 1);
    positions.set(account, { position, times });
  }

  @EventPattern(OUTBOX_BATCH_END)
  async onBatchEnd(@Payload() _body: null, @Ctx() context: OutboxContext): Promise<void> {
    const { manager } = context;
    this.drawCases.eventsCame();
    const { alerts, positions } = this.batchOf(manager);
    this.batches.delete(manager);
    const { founded, changed } = await this.takeAlerts.run(manager, alerts);
    const told = [...positions.values()];
    if (told.length > 0) await this.alerts.savePositions(manager, told);
    if (changed.length > 0 || told.length > 0) {
      const wallets = told.map(({ position }) => position);
      await this.cases.toDraw(manager, changed, wallets);
    }
    await this.refreshCases.run(manager, founded);
  }

  private batchOf(manager: EntityManager): OpenBatch {
    const batch = this.batches.get(manager) ?? new OpenBatch();
    this.batches.set(manager, batch);
    return batch;
  }
}
