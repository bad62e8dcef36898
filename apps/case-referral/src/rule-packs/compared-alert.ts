import { type TypologyName } from '#contracts';
import { type TransferRef } from '#domain';

/** As much of an alert as is compared. */
export interface ComparedAlert {
  readonly id: string;
  readonly risk: number;
  readonly typologies: readonly TypologyName[];
  readonly transfers: readonly TransferRef[];
  /** Event time. */
  readonly firstAt: string;
}
