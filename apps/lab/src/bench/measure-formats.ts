import { type RowsAnswer } from '#contracts';
import { AppError, SECOND_MS } from '#domain';
import { childCosts, processCpuMicros, processPeakRssBytes } from '../system/process-costs';
import { PROVIDERS, serviceOf, withServices } from '../system/running-system';
import { type ThrowAwayServer } from '../system/throw-away-server';
import { type Figures, MIB, type Progress, rounded, roundedOrNull } from './bench-row';
import { type BodyFormat, FORMATS, MAPPING, mixedRows } from './format-bodies';
import { LatencyHistogram, MICROSECOND_MS } from './latency-histogram';

const ROWS_PER_BODY = 1_000;
const CONNECTIONS = 4;
const BODIES = 60;
const WARM_UP_BODIES = 8;
const REQUEST_MAX_MS = 60_000;
const SETTLES = FORMATS.at(-1)!;

/** A row of the part that measures formats. */
export const formatRowName = ({ name }: BodyFormat): string => `ingest: ${name}, mixed`;

interface Counts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

/**
 * Sends the same rows in each format, of which one in twenty was sent before and one in twenty is refused, over four connections, and
 * tells rows a second and what each costs ingestion and PostgreSQL. The bodies are made beforehand.
 *
 * @throws AppError UNAVAILABLE where a body is not taken
 */
export async function measureFormats(
  server: ThrowAwayServer,
  formats: readonly BodyFormat[],
  done: (format: BodyFormat, figures: Figures) => void,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  await withServices(server, ['ingestion'], {}, stop, async (system) => {
    const ingestion = serviceOf(system, 'ingestion');
    const key = system.keys.providers.get(PROVIDERS[0])!;
    const send = (method: string, path: string, headers: object, body: string | Buffer) =>
      fetch(ingestion.url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, ...headers },
        body,
        signal: AbortSignal.timeout(REQUEST_MAX_MS),
      });
    const json = { 'content-type': 'application/json' };
    const put = await send(
      'PUT',
      `/v1/mappings/${MAPPING.name}`,
      json,
      JSON.stringify(MAPPING.document),
    );
    if (!put.ok) throw new AppError('UNAVAILABLE', `the mapping was answered with ${put.status}`);

    const sendAll = async (
      { path, headers }: BodyFormat,
      bodies: readonly (string | Buffer)[],
      waits: LatencyHistogram,
    ): Promise<Counts> => {
      const counts: Counts = { accepted: 0, duplicates: 0, rejected: 0 };
      const connection = async (first: number): Promise<void> => {
        // Every fourth, so that what is sent again was answered before.
        for (let at = first; at < bodies.length && !stop.aborted; at += CONNECTIONS) {
          const beganMs = performance.now();
          const answer = await send('POST', path, headers, bodies[at]!);
          if (answer.status !== 200) {
            throw new AppError('UNAVAILABLE', `answered ${answer.status}: ${await answer.text()}`);
          }
          const told = (await answer.json()) as RowsAnswer<'transferId'>;
          waits.add(performance.now() - beganMs);
          for (const name of ['accepted', 'duplicates', 'rejected'] as const)
            counts[name] += told[name];
          progress((at + 1) * ROWS_PER_BODY, bodies.length * ROWS_PER_BODY);
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, (_, first) => connection(first)));
      return counts;
    };

    const bodiesOf = (format: BodyFormat, prefix: string, count: number) =>
      Array.from({ length: count }, (_, at) =>
        format.body(
          mixedRows(prefix, at * ROWS_PER_BODY, ROWS_PER_BODY, CONNECTIONS * ROWS_PER_BODY),
        ),
      );
    const serverMicros = async (): Promise<number> =>
      [...(await childCosts(server.pid)).values()].reduce((sum, { micros }) => sum + micros, 0);

    for (const [number, format] of formats.entries()) {
      const unmeasured = new LatencyHistogram(MICROSECOND_MS);
      // What is settled has been ordered.
      const before =
        format === SETTLES ? FORMATS.find(({ name }) => name === 'pacs.008, XML')! : null;
      const [prefix, warm] = [`f${number}`, `w${number}`];
      if (before !== null) {
        await sendAll(before, bodiesOf(before, warm, WARM_UP_BODIES), unmeasured);
        await sendAll(before, bodiesOf(before, prefix, BODIES), unmeasured);
      }
      await sendAll(format, bodiesOf(format, warm, WARM_UP_BODIES), unmeasured);
      const bodies = bodiesOf(format, prefix, BODIES);
      const waits = new LatencyHistogram(MICROSECOND_MS);
      const [cpuBefore, serverBefore] = [
        await processCpuMicros(ingestion.pid),
        await serverMicros(),
      ];
      const fromMs = performance.now();
      const counts = await sendAll(format, bodies, waits);
      const seconds = (performance.now() - fromMs) / SECOND_MS;
      const [cpu, serverCpu] = [await processCpuMicros(ingestion.pid), await serverMicros()];
      const peak = await processPeakRssBytes(ingestion.pid);
      const rows = counts.accepted + counts.duplicates + counts.rejected;
      const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
      done(format, {
        transfers: rows,
        transfersPerSecond: Math.round(rows / seconds),
        cpuMicrosPerTransfer:
          cpu === null || cpuBefore === null ? null : rounded((cpu - cpuBefore) / rows),
        serverCpuMicrosPerTransfer: rounded((serverCpu - serverBefore) / rows),
        p50Ms: roundedOrNull(waits.quantileMs(0.5)),
        p99Ms: roundedOrNull(waits.quantileMs(0.99)),
        p999Ms: roundedOrNull(waits.quantileMs(0.999)),
        bytesPerTransfer: null,
        rssMiB: peak === null ? null : Math.round(peak / MIB),
        seconds: rounded(seconds),
        ...{ accepted: counts.accepted, duplicates: counts.duplicates, rejected: counts.rejected },
        bodyBytesPerRow: rounded(bytes / rows),
      });
    }
  });
}
