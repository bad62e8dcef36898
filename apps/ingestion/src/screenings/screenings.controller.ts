import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { discardRest } from '../body-reader';
import { ScreenPayee } from './screen-payee';
import { type ScreeningAnswer } from './screening-answer';
import { SCREENINGS_OPERATION } from './screenings-operation';

@ApiTags('screenings')
@ApiBearerAuth()
@Controller('v1/screenings')
export class ScreeningsController {
  constructor(private readonly screenPayee: ScreenPayee) {}

  /** Throws as `ScreenPayee` does. */
  @Post()
  @HttpCode(200)
  @ApiOperation(SCREENINGS_OPERATION)
  screen(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScreeningAnswer> {
    reply.raw.once('finish', () => {
      discardRest(request.raw);
    });
    return this.screenPayee.run(request);
  }
}
