import { setTimeout as sleep } from 'node:timers/promises';
import { type DemoMessage, type DemoProgress } from './demo-messages';
import { type CaseSeen, type Findings, type Overview } from './findings';
import { demoLine, shareOf } from './render/demo-line';
import { alertLines, caseLines, type CaseNews, operationLines } from './render/finding';
import { grouped } from './render/layout';
import { type Terminal } from './terminal';

const POLL_MS = 400;
/** Shown one by one; what comes after them is counted, or it would bury everything else. */
const ALERTS_SHOWN_MAX = 12;
const CASES_SHOWN_MAX = 16;
/** Pages read at one look; what is left is read at the next. */
const PAGES_MAX = 10;
/** Pages passed over at a later start: as many alerts as a terminal would ever be asked to ignore. */
const KNOWN_PAGES_MAX = 10_000;
/** A log gets a line each tenth. */
const LINES_PER_FEED = 10;
/** Before that, a rate is a guess. */
const RATE_AFTER_MS = 1_000;

/** Shows the demo feed and what is found in it while it runs. */
export class DemoWatch {
  private overview: Overview | null = null;
  private readonly linkedByCase = new Map<string, boolean>();
  private alertsShown = 0;
  private casesShown = 0;
  private progress: DemoProgress | null = null;
  private begun: { readonly atMs: number; readonly rows: number } | null = null;
  private lastTenth = 0;
  /** What is waited for, once the feed is in; shown in place of its bar. */
  private waitingFor: string | null = null;
  private ended = false;

  constructor(
    private readonly findings: Findings,
    private readonly terminal: Terminal,
  ) {}

  /** Takes what an earlier start found for known. Where that cannot be read, it is shown again. */
  async skipKnown(): Promise<void> {
    await this.noteKnown().catch(() => undefined);
  }

  private async noteKnown(): Promise<void> {
    const overview = await this.findings.overview();
    if (overview.alerts > 0) await this.findings.newAlerts(KNOWN_PAGES_MAX);
    if (overview.cases > 0) this.noteCases(await this.findings.cases(PAGES_MAX));
    this.overview = overview;
  }

  /** Shows what is found until {@link end}. */
  async run(stop: AbortSignal): Promise<void> {
    while (!this.ended && !stop.aborted) {
      try {
        await this.look();
      } catch {
        // A service that is being started again answers at the next look. One that stays away ends the run elsewhere.
      }
      await sleep(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  /** Shows nothing from here on. */
  end(): void {
    this.ended = true;
    this.terminal.progress(null);
  }

  /** Ends with what has come since the last look. */
  async showLast(): Promise<void> {
    this.end();
    // What cannot be read now is in the summary's figures, or the summary says that it cannot be made.
    await this.look().catch(() => undefined);
  }

  /** Whether an earlier start had sent all of the feed. */
  get wasInAlready(): boolean {
    return this.begun !== null && this.begun.rows > 0 && this.begun.rows === this.progress?.rows;
  }

  /** The feed is in; from now on this is what is waited for. */
  waitFor(what: string): void {
    this.waitingFor = what;
    this.draw();
  }

  take(message: DemoMessage): void {
    if (message.type === 'operation') {
      this.terminal.lines(operationLines(message, this.terminal.paint));
    }
    if (message.type !== 'progress') return;
    const isFirst = this.progress === null;
    this.progress = message;
    this.begun ??= { atMs: performance.now(), rows: message.rows };
    if (isFirst) this.tellWhereItBegins(message);
    if (this.terminal.isTerminal) this.draw();
    else this.logTenth(message);
  }

  private tellWhereItBegins(progress: DemoProgress): void {
    const { rows } = progress;
    this.lastTenth = Math.floor((shareOf(progress) ?? 0) * LINES_PER_FEED);
    if (rows === 0) return;
    this.terminal.line(
      shareOf(progress) === 1
        ? `The demo feed is in already (${grouped(rows)} rows): nothing is sent again.`
        : `The demo feed goes on after row ${grouped(rows)}, where it stopped.`,
    );
  }

  private logTenth(progress: DemoProgress): void {
    const tenth = Math.floor((shareOf(progress) ?? 0) * LINES_PER_FEED);
    if (tenth === this.lastTenth) return;
    this.lastTenth = tenth;
    this.terminal.line(this.text(progress));
  }

  private draw(): void {
    if (this.ended) return;
    if (this.waitingFor !== null) this.terminal.progress(this.waitingFor);
    else if (this.progress !== null) this.terminal.progress(this.text(this.progress));
  }

  private text(progress: DemoProgress): string {
    const elapsedMs = performance.now() - this.begun!.atMs;
    const rowsPerSecond =
      elapsedMs < RATE_AFTER_MS ? null : ((progress.rows - this.begun!.rows) / elapsedMs) * 1_000;
    return demoLine({ progress, rowsPerSecond, alerts: this.overview?.alerts ?? 0 });
  }

  private async look(): Promise<void> {
    const before = this.overview;
    const overview = await this.findings.overview();
    if (overview.alerts !== before?.alerts) await this.showAlerts();
    const casesChanged =
      overview.cases !== before?.cases || overview.casesWithOperation !== before.casesWithOperation;
    if (casesChanged) this.noteCases(await this.findings.cases(PAGES_MAX), this.showCase);
    // Last: what failed to be read on the way is looked for again.
    this.overview = overview;
    this.draw();
  }

  private async showAlerts(): Promise<void> {
    for (const alert of await this.findings.newAlerts(PAGES_MAX)) {
      this.alertsShown += 1;
      if (this.alertsShown <= ALERTS_SHOWN_MAX) {
        this.terminal.lines(alertLines(alert, this.terminal.paint));
      } else if (this.alertsShown === ALERTS_SHOWN_MAX + 1) {
        this.terminal.line(this.terminal.paint.faint('       further alerts are counted only'));
      }
    }
  }

  private noteCases(
    cases: readonly CaseSeen[],
    tell: (file: CaseSeen, news: CaseNews) => void = () => undefined,
  ): void {
    for (const file of cases) {
      const linked = file.operationIds.length > 0;
      const known = this.linkedByCase.get(file.id);
      this.linkedByCase.set(file.id, linked);
      if (known === undefined) tell(file, 'opened');
      else if (linked && !known) tell(file, 'linked');
    }
  }

  private readonly showCase = (file: CaseSeen, news: CaseNews): void => {
    this.casesShown += 1;
    if (this.casesShown <= CASES_SHOWN_MAX) {
      this.terminal.lines(caseLines(file, news, this.terminal.paint));
    } else if (this.casesShown === CASES_SHOWN_MAX + 1) {
      this.terminal.line(this.terminal.paint.faint('       further cases are counted only'));
    }
  };
}
