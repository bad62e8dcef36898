import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { IngestionConfig } from '../ingestion-config';
import { FileRepository } from './file.repository';

/** Ends uploads that nobody goes on with, and forgets files that are long over. Every instance may: doing it twice changes nothing. */
@Injectable()
export class KeepFiles {
  constructor(
    private readonly config: IngestionConfig,
    private readonly files: FileRepository,
    @InjectPinoLogger(KeepFiles.name) private readonly logger: PinoLogger,
  ) {}

  /** Never fails: what could not be done is done an hour later. */
  @Cron(CronExpression.EVERY_HOUR)
  async run(): Promise<void> {
    const { INGESTION_FILE_UNFINISHED_DAYS, INGESTION_FILES_KEPT_DAYS } = this.config;
    try {
      const done = await this.files.tidy(INGESTION_FILE_UNFINISHED_DAYS, INGESTION_FILES_KEPT_DAYS);
      if (done.ended + done.forgotten > 0) this.logger.info(done, 'uploaded files');
    } catch (error) {
      this.logger.error(
        { err: error },
        'uploaded files could not be tidied; tried again in an hour',
      );
    }
  }
}
