import { Controller, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { EVENTS, type RulePackApplied, type ShadowAlert } from '#contracts';
import { OutboxContext } from '#messaging';
import { PassErrorOn } from '../events/pass-error-on.filter';
import { ShadowAlertRepository } from './shadow-alert.repository';

/** Takes what scoring tells of packs: that a decision was applied, and what the shadow would have told. */
@Controller()
@UseFilters(PassErrorOn)
export class RulePacksConsumer {
  constructor(private readonly shadowAlerts: ShadowAlertRepository) {}

  @EventPattern(EVENTS.rulePackApplied)
  async onApplied(@Payload() event: RulePackApplied, @Ctx() context: OutboxContext): Promise<void> {
    await this.shadowAlerts.applied(context.manager, event, context.position);
  }

  @EventPattern(EVENTS.shadowAlert)
  async onShadowAlert(
    @Payload() { alert }: ShadowAlert,
    @Ctx() context: OutboxContext,
  ): Promise<void> {
    await this.shadowAlerts.take(context.manager, alert, context.position);
  }
}
