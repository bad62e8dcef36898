import { type Alert } from '#contracts';
import { AppError } from '#domain';

/** What an alert is shown by. Wallets are counted and summed, never named: a terminal is no case file. */
export type AlertSeen = Pick<
  Alert,
  'id' | 'firstAt' | 'risk' | 'typologies' | 'transfers' | 'wallets'
>;

export interface MoneySeen {
  readonly currency: string;
  readonly tracedMinor: number;
  readonly movedMinor: number;
  readonly exitedMinor: number;
  readonly heldMinor: number;
}

/** What a case is shown by. */
export interface CaseSeen {
  readonly id: string;
  readonly operationIds: readonly string[];
  readonly counts: { readonly alerts: number };
  readonly risk: number;
  readonly narrative: string;
  /** In the currency in which most was traced. */
  readonly money: MoneySeen;
}

/** All findings in figures. */
export interface Overview {
  readonly alerts: number;
  readonly alertsByTypology: Readonly<Record<string, number>>;
  readonly cases: number;
  readonly casesWithOperation: number;
  readonly money: readonly MoneySeen[];
  /** Events of scoring that case-referral has not taken in yet. */
  readonly eventsBehind: number;
  readonly casesBehind: number;
}

/** What scoring began with, and why it passed snapshots over. */
export interface ScoringStart {
  readonly kind: 'snapshot' | 'log';
  readonly refused: readonly { readonly reason: string }[];
}

/** How far the log has been scored. */
export interface ScoringProgress {
  readonly state: string;
  readonly position: number;
  readonly head: number;
  /** Null before it is known, and where another process scores. */
  readonly startedFrom: ScoringStart | null;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Addresses {
  readonly ingestion: string;
  readonly scoring: string;
  readonly caseReferral: string;
  /** The local one, where there is one. */
  readonly issuer?: string;
}

const ANSWER_TIMEOUT_MS = 10_000;
const PAGE_ROWS = 100;

/** Reads what the services found, over the same API that everyone uses. */
export class Findings {
  /** The last cursor that was not null: from there the list goes on once there is more. */
  private alertsAfter: string | null = null;
  /** What was read beyond that cursor, and will be again. */
  private alertsBeyond = new Set<string>();

  constructor(
    private readonly addresses: Addresses,
    private readonly analystKey: string,
    private readonly stop: AbortSignal,
  ) {}

  /** @throws AppError UNAVAILABLE, here and below, where the service does not answer */
  async overview(): Promise<Overview> {
    return this.get<Overview>(`${this.addresses.caseReferral}/v1/overview`);
  }

  async scoring(): Promise<ScoringProgress> {
    return this.get<ScoringProgress>(`${this.addresses.scoring}/v1/progress`);
  }

  /** The alerts that came since the last call, up to `pagesMax` pages of them. */
  async newAlerts(pagesMax: number): Promise<AlertSeen[]> {
    const alerts: AlertSeen[] = [];
    for (let page = 0; page < pagesMax; page += 1) {
      const { items, next } = await this.page<AlertSeen>('/v1/alerts', this.alertsAfter);
      alerts.push(...items.filter(({ id }) => !this.alertsBeyond.has(id)));
      if (next === null) {
        this.alertsBeyond = new Set(items.map(({ id }) => id));
        break;
      }
      this.alertsAfter = next;
      this.alertsBeyond.clear();
    }
    return alerts;
  }

  /** The cases, most urgent first, up to `pagesMax` pages of them. */
  async cases(pagesMax: number): Promise<CaseSeen[]> {
    const cases: CaseSeen[] = [];
    let after: string | null = null;
    for (let page = 0; page < pagesMax; page += 1) {
      const { items, next }: Page<CaseSeen> = await this.page<CaseSeen>('/v1/cases', after);
      cases.push(...items);
      if (next === null) break;
      after = next;
    }
    return cases;
  }

  private async page<T>(path: string, after: string | null): Promise<Page<T>> {
    const query = new URLSearchParams({ limit: String(PAGE_ROWS), ...(after && { after }) });
    return this.get<Page<T>>(`${this.addresses.caseReferral}${path}?${query.toString()}`);
  }

  private async get<T>(url: string): Promise<T> {
    const refuse = (why: string, cause?: unknown): AppError =>
      new AppError('UNAVAILABLE', `GET ${url} ${why}; the logs of the service tell more`, [], {
        cause,
      });
    let response: Response;
    try {
      response = await fetch(url, {
        headers: { authorization: `Bearer ${this.analystKey}` },
        signal: AbortSignal.any([this.stop, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      });
      if (response.ok) return (await response.json()) as T;
      await response.body?.cancel();
    } catch (cause) {
      throw refuse('was not answered', cause);
    }
    throw refuse(`was answered with ${response.status}`);
  }
}
