import { Controller, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type AlertStorm, EVENTS } from '#contracts';
import { OutboxContext } from '#messaging';
import { PassErrorOn } from '../events/pass-error-on.filter';
import { StormRepository } from './storm.repository';

/** Takes what scoring tells of alerts that it held back. */
@Controller()
@UseFilters(PassErrorOn)
export class StormsConsumer {
  constructor(private readonly storms: StormRepository) {}

  @EventPattern(EVENTS.alertStorm)
  async onStorm(@Payload() storm: AlertStorm, @Ctx() context: OutboxContext): Promise<void> {
    await this.storms.save(context.manager, storm, context.position);
  }
}
