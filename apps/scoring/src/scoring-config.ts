import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { loadConfig, ServiceConfig } from '#platform';

/** The settings of scoring. See `.env.example`. */
export class ScoringConfig extends ServiceConfig {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly SCORING_PORT: number = 3002;

  /** Entries of the log whose consequences are committed together. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(20_000)
  readonly SCORING_BATCH_MAX: number = 2_000;

  /**
   * Where snapshots of its state are kept, of this process alone: one that stands by has its own. Left out: none are, and a start
   * reads the whole log.
   */
  @IsOptional()
  @IsString()
  @MaxLength(4_000)
  readonly SCORING_SNAPSHOT_DIR?: string;

  /** Entries of the log from one snapshot to the next. A start then reads about so many again. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  readonly SCORING_SNAPSHOT_EVERY: number = 250_000;

  /**
   * How much of its state is copied at a snapshot, while scoring stands still, and written afterwards. What is beyond is written
   * while it stands still, ten times as slowly. Scoring takes so much more memory, as far as its state needs it.
   */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(4_096)
  readonly SCORING_SNAPSHOT_COPY_MIB: number = 1_024;

  get port(): number {
    return this.SCORING_PORT;
  }
}

export const loadScoringConfig = (): ScoringConfig => loadConfig(ScoringConfig, process.env);
