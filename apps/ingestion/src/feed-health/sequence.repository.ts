import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Stretches of a provider's numbers that are kept apart; beyond it the lowest gaps are given up. */
export const SEQUENCE_STRETCHES_MAX = 1_000;
/** Given up at once, so that not every batch does. */
const GIVEN_UP_AT_ONCE = 100;
/** Gaps that are told one by one, the lowest first. */
export const GAPS_TOLD_MAX = 100;

const NOTE = `
  insert into feed.sequence as known (provider_id, seen) values ($1, $2::int8multirange)
  on conflict (provider_id) do update set seen = known.seen + excluded.seen
  returning (select count(*) from unnest(seen)) as stretches`;

const GIVE_UP = `
  with stretch as (
    select told, row_number() over (order by told) as place from feed.sequence, unnest(seen) as told where provider_id = $1
  )
  update feed.sequence set
    seen = seen + (select int8multirange(int8range(min(lower(told)), max(upper(told)))) from stretch where place <= $2 + 1),
    given_up = given_up + $2
  where provider_id = $1`;

const GAPS = `
  select given_up as "givenUp", upper(seen) - 1 as highest, (
    select coalesce(sum(upper(gap) - lower(gap)), 0)::bigint
    from unnest(int8multirange(range_merge(seen)) - seen) as gap
  ) as missing, (
    select coalesce(json_agg(json_build_array(lower(gap), upper(gap) - 1) order by gap), '[]')
    from (select gap from unnest(int8multirange(range_merge(seen)) - seen) as gap order by gap limit $2) as lowest
  ) as gaps
  from feed.sequence where provider_id = $1`;

/** Which of its own running numbers a provider has sent. */
export interface SequenceState {
  readonly highest: number;
  /** Numbers between the lowest and the highest that never came. */
  readonly missing: number;
  /** The lowest gaps: first and last number of each. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  /** Gaps that were too many to keep. */
  readonly givenUp: number;
}

/** Keeps which of its own running numbers a provider has sent, in whatever order and however often. */
@Injectable()
export class SequenceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Notes numbers of rows that are stored. Before the sender is answered: what it sends again is noted then. */
  async note(provider: string, numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    const [row]: { stretches: number }[] = await this.dataSource.query(NOTE, [
      provider,
      multirange(numbers),
    ]);
    const tooMany = row!.stretches - SEQUENCE_STRETCHES_MAX;
    if (tooMany > 0) {
      await this.dataSource.query(GIVE_UP, [provider, tooMany + GIVEN_UP_AT_ONCE]);
    }
  }

  /** How many numbers of each provider never came. */
  async missing(): Promise<{ readonly provider: string; readonly missing: number }[]> {
    return this.dataSource.query(
      `select provider_id as provider, (
         select coalesce(sum(upper(gap) - lower(gap)), 0)::bigint
         from unnest(int8multirange(range_merge(seen)) - seen) as gap
       ) as missing from feed.sequence`,
    );
  }

  /** Null where the provider tells no numbers. */
  async state(provider: string): Promise<SequenceState | null> {
    const rows: SequenceState[] = await this.dataSource.query(GAPS, [provider, GAPS_TOLD_MAX]);
    return rows[0] ?? null;
  }
}

/** `{[1,4),[7,8)}` */
function multirange(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const stretches: [from: number, to: number][] = [];
  for (const number of sorted) {
    const last = stretches.at(-1);
    if (last !== undefined && number <= last[1]) last[1] = Math.max(last[1], number + 1);
    else stretches.push([number, number + 1]);
  }
  return `{${stretches.map(([from, to]) => `[${from},${to})`).join()}}`;
}
