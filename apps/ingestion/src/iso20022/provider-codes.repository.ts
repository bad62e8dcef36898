import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MINUTE_MS } from '#domain';

/** Codes of all providers: a BIC or two each, and a member number. */
const CODES_MAX = 100_000;
/** Codes hardly ever change, and a message must not wait for them. */
const KEPT_MS = MINUTE_MS / 2;

/** Which provider has a BIC or a member number of the clearing (`npm run provider -- codes`). */
@Injectable()
export class ProviderCodes {
  private known: ReadonlyMap<string, string> = new Map();
  private loadedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly dataSource: DataSource) {}

  /** What names the provider of a code: its id here, or the code itself where nobody has it. At most half a minute old. */
  async providerOf(): Promise<(code: string) => string> {
    if (Date.now() - this.loadedAtMs > KEPT_MS) {
      const rows: { code: string; provider_id: string }[] = await this.dataSource.query(
        'select code, provider_id from feed.provider_code limit $1',
        [CODES_MAX],
      );
      this.known = new Map(rows.map(({ code, provider_id: provider }) => [code, provider]));
      this.loadedAtMs = Date.now();
    }
    const { known } = this;
    return (code) => known.get(code) ?? code;
  }
}
