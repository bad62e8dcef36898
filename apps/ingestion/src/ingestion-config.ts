import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { loadConfig, IdentityKeyConfig } from '#platform';

const KIB = 1_024;
const MIB = 1_024 * KIB;
/** Counterparties are remembered for 180 days, and a start without a snapshot learns them from the log. */
const TRANSFERS_KEPT_DAYS_MIN = 200;

/** What ingestion is told by its environment. */
export class IngestionConfig extends IdentityKeyConfig {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly INGESTION_PORT: number = 3001;

  /** The largest JSON body, in bytes. 1,000 rows with every field at its longest fit. */
  @Type(() => Number)
  @IsInt()
  @Min(KIB)
  @Max(64 * MIB)
  readonly INGESTION_BODY_BYTES_MAX: number = 8 * MIB;

  /** The longest line of an NDJSON body, in bytes: no legal row is longer, however it is escaped. */
  @Type(() => Number)
  @IsInt()
  @Min(KIB)
  @Max(MIB)
  readonly INGESTION_LINE_BYTES_MAX: number = 64 * KIB;

  /** Requests worked on at once. Each has at most one batch in hand, so this bounds the memory; more are told to wait. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly INGESTION_BATCHES_IN_HAND_MAX: number = 32;

  /** A body that brings nothing for so long is given up. */
  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(600_000)
  readonly INGESTION_IDLE_TIMEOUT_MS: number = 30_000;

  /** Refused rows that one answer describes; the rest are counted. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  readonly INGESTION_PROBLEMS_MAX: number = 1_000;

  /**
   * For how many days stored transfers are kept where detection reads them; left out: for good. Older ones are moved whole to
   * the schema `archive`, once they are scored. What detection remembers, and what an open alert names, is younger.
   */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(TRANSFERS_KEPT_DAYS_MIN)
  @Max(36_500)
  readonly INGESTION_TRANSFERS_KEPT_DAYS?: number;

  /** An ISO 20022 payment that has waited so long for its status is listed as unconfirmed. An instant payment takes 20 seconds. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(604_800_000)
  readonly INGESTION_UNCONFIRMED_AFTER_MS: number = 60_000;

  /** How often a provider may look before paying, in a minute, of this instance. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly INGESTION_SCREENINGS_PER_MINUTE_MAX: number = 1_200;

  /** The largest file that may be uploaded, in bytes, as it is sent. */
  @Type(() => Number)
  @IsInt()
  @Min(KIB)
  @Max(64 * 1_024 * MIB)
  readonly INGESTION_FILE_BYTES_MAX: number = 1_024 * MIB;

  /** An upload to which nothing was added for so many days is given up. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(30)
  readonly INGESTION_FILE_UNFINISHED_DAYS: number = 3;

  /** What became of a file can be asked for so many days. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(3_650)
  readonly INGESTION_FILES_KEPT_DAYS: number = 90;

  /** Whoever works on a file and is not heard of for so long has lost it to the next. */
  @Type(() => Number)
  @IsInt()
  @Min(1_000)
  @Max(600_000)
  readonly INGESTION_FILE_LEASE_MS: number = 20_000;

  /** From when on it is said that detection is behind what is stored. */
  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(86_400_000)
  readonly INGESTION_LAG_TOLD_MS: number = 60_000;

  get port(): number {
    return this.INGESTION_PORT;
  }
}

/** @throws ConfigError naming what is missing or wrong */
export const loadIngestionConfig = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<IngestionConfig> => loadConfig(IngestionConfig, environment);
