import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Band } from './screening-answer';

/** Somebody about to be paid, without their name or number. */
export interface Screening {
  /** The sender's own id of it. */
  readonly screeningId: string | null;
  /** A wallet's key, or the token of an identifier. */
  readonly payee: string;
  readonly amountMinor: number | null;
  readonly currency: string | null;
}

/** What a look was answered with. */
export interface Screened {
  readonly band: Band;
  readonly at: Date;
  /** Whether what was asked under its id is what is asked now. */
  readonly isSame: boolean;
}

/** Looks before paying. The database answers a look by writing it down; nothing else of what it looked at is shown here. */
@Injectable()
export class ScreeningRepository {
  constructor(private readonly dataSource: DataSource) {}

  async screen(provider: string, screening: Screening): Promise<Screened> {
    const { screeningId, payee, amountMinor, currency } = screening;
    const rows: Screened[] = await this.dataSource.query(
      'select band, at, is_same as "isSame" from feed.screen($1, $2, $3, $4, $5)',
      [provider, screeningId, payee, amountMinor, currency],
    );
    return rows[0]!;
  }
}
