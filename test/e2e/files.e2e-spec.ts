import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Services, until } from './support/services';

const ROWS = 50_000;
/** Every so many-th row is refused. */
const BAD_EVERY = 997;
const PART_BYTES = 150_000;
/** What a batch of a file has at most: so many rows may count as duplicates after a crash. */
const BATCH_ROWS = 250;
const HEADER =
  'transferId,occurredAt,type,amount,currency,debtor.walletId,creditor.walletId,debtor.msisdn';

const isBad = (n: number): boolean => n % BAD_EVERY === 0;
const BAD = Array.from({ length: ROWS }, (_, n) => n).filter(isBad);

/** Of many wallets, so that it does not shrink to nothing. */
function content(): Buffer {
  const lines = Array.from({ length: ROWS }, (_, n) => {
    const at = new Date(Date.UTC(2026, 0, 1) + n * 7_919).toISOString();
    const payer = (n * 2_654_435_761) % 30_011;
    const amount = isBad(n) ? '0' : String(((n * 40_503) % 90_000) + 1);
    const phone = `0300${String(payer).padStart(7, '0')}`;
    return `F-${String(n)},${at},P2P,${amount},PKR,W-${String(payer)},V-${String((n * 31) % 20_011)},${phone}`;
  });
  return gzipSync([HEADER, ...lines, ''].join('\n'));
}

interface Told {
  readonly state: string;
  readonly received: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

class Upload {
  constructor(
    private readonly services: Services,
    private path = '/v1/files',
  ) {}

  async call(method: string, headers: Record<string, string> = {}, body?: Buffer, rest = '') {
    return fetch(this.services.url('ingestion', this.path + rest), {
      method,
      headers: {
        authorization: `Bearer ${this.services.providerKey}`,
        'tus-resumable': '1.0.0',
        ...headers,
      },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
  }

  async begin(length: number): Promise<void> {
    const name = Buffer.from('march.csv.gz').toString('base64');
    const answer = await this.call('POST', {
      'upload-length': String(length),
      'upload-metadata': `filename ${name}`,
    });
    expect(answer.status).toBe(201);
    this.path = answer.headers.get('location')!;
  }

  async offset(): Promise<number> {
    return Number((await this.call('HEAD')).headers.get('upload-offset'));
  }

  async append(offset: number, part: Buffer): Promise<number> {
    const answer = await this.call(
      'PATCH',
      { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
      part,
    );
    expect(answer.status).toBe(204);
    return Number(answer.headers.get('upload-offset'));
  }

  async told(): Promise<Told> {
    return (await (await this.call('GET')).json()) as Told;
  }
}

it('a file whose service is killed while it comes, and while it is worked on, ends with every row once', async () => {
  const services = await Services.start(['ingestion'], { INGESTION_FILE_LEASE_MS: '1500' });
  const kill = async (): Promise<void> => {
    await services.kill('ingestion');
    await services.startOne('ingestion');
  };
  try {
    const bytes = content();
    const upload = new Upload(services);
    await upload.begin(bytes.length);
    const parts = Math.ceil(bytes.length / PART_BYTES);
    expect(parts).toBeGreaterThan(5);
    let offset = 0;
    for (let part = 0; offset < bytes.length; part += 1) {
      const next = bytes.subarray(offset, offset + PART_BYTES);
      if (part === 1 || part === 3) {
        // In the midst of a part: what was acknowledged before is there, and it goes on there.
        const broken = upload.append(offset, next).catch(() => undefined);
        await sleep(part);
        await kill();
        await broken;
        const now = await upload.offset();
        expect([offset, offset + next.length]).toContain(now);
        offset = now;
      } else {
        offset = await upload.append(offset, next);
      }
    }
    let kills = 0;
    for (const rows of [5_000, 20_000]) {
      await until('the file is worked on', async () => (await upload.told()).rows > rows);
      expect((await upload.told()).state).toBe('WORKING');
      await kill();
      kills += 1;
    }
    await until('the file is done', async () => (await upload.told()).state === 'DONE');

    const told = await upload.told();
    const good = ROWS - BAD.length;
    expect(told).toMatchObject({ received: bytes.length, rows: ROWS, rejected: BAD.length });
    // Each row is in one count. The batch that was stored when the service was killed may count as duplicates.
    expect(told.accepted + told.duplicates).toBe(good);
    expect(told.duplicates).toBeLessThanOrEqual(kills * BATCH_ROWS);
    const { dataSource } = services.database;
    const [stored]: { rows: number; keys: number }[] = await dataSource.query(
      `select (select count(*) from feed.transfer) as rows, (select count(*) from feed.transfer_key) as keys`,
    );
    expect(stored).toEqual({ rows: good, keys: good });
    expect(await dataSource.query('select from feed.file_piece')).toEqual([]);
    const refusals = await (await upload.call('GET', {}, undefined, '/refusals')).text();
    expect(refusals.trimEnd().split('\n').slice(1)).toEqual(
      BAD.map((n) => `${n + 2},F-${String(n)},INVALID_INPUT,/amount,,amount must be above zero`),
    );
    // Nothing of the persons in it was written to the logs.
    expect(services.output).not.toMatch(/0300\d{7}|W-\d+/);
  } finally {
    await services.stop();
  }
}, 300_000);
