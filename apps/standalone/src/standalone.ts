import { AppError } from '#domain';
import { ConfigError, EXIT_BAD_CONFIGURATION, EXIT_UNAVAILABLE } from '#platform';
import { DemoFeed } from './demo-feed';
import { DemoWatch } from './demo-watch';
import { Findings } from './findings';
import { type Flags } from './flags';
import { asFileFailure, keysFile, logFolder, peopleFile } from './private-file';
import { type Summary, summaryLines } from './render/summary';
import { settle } from './settle';
import { demoPlan } from './services';
import { loadStandaloneConfig, type StandaloneConfig } from './standalone-config';
import { StartUp, type Started, type Undo } from './start-up';
import { type StopRequest, StopRequested } from './stop-request';
import { type Terminal } from './terminal';

const EXIT_BUG = 1;

/** `npm start`: everything on this machine, from the database to a demo feed, until it is told to stop. */
export class Standalone {
  /** How what has been started is ended, in the order of the starts. */
  private readonly undo: Undo[] = [];
  private haveStarted = false;

  constructor(
    private readonly flags: Flags,
    private readonly terminal: Terminal,
    private readonly stop: StopRequest,
  ) {}

  /** @returns the exit code */
  async run(): Promise<number> {
    let exitCode = 0;
    try {
      await this.serve(loadStandaloneConfig());
    } catch (error) {
      exitCode = this.tell(error);
    }
    const cleanly = await this.undoAll();
    if (exitCode === 0 && cleanly) this.terminal.line('stopped');
    return exitCode === 0 && !cleanly ? EXIT_UNAVAILABLE : exitCode;
  }

  /** Ends whatever runs, now. */
  force(): void {
    for (const { force } of [...this.undo].reverse()) {
      try {
        force?.();
      } catch {
        // It has ended already.
      }
    }
  }

  private async serve(config: StandaloneConfig): Promise<void> {
    const started = await new StartUp(config, this.terminal, this.stop, this.undo).run();
    this.stop.check();
    this.haveStarted = true;
    const { ingestion, scoring, caseReferral } = started.addresses;
    this.terminal.line(`READY ${JSON.stringify({ ingestion, scoring, caseReferral })}`);
    if (this.flags.demo) await this.showDemo(config, started);
    if (this.flags.exitAfterDemo) return;
    this.terminal.line(this.terminal.paint.strong('Serving. Ctrl-C stops everything.'));
    await this.stop.during(new Promise<never>(() => undefined));
  }

  private async showDemo(config: StandaloneConfig, started: Started): Promise<void> {
    try {
      await this.playDemo(config, started);
    } catch (error) {
      // The services do not depend on it: where someone stays to look at them, they go on.
      this.stop.check();
      if (!(error instanceof AppError) || this.flags.exitAfterDemo) throw error;
      this.terminal.problem(`${error.message}; the next start goes on from there`);
    } finally {
      this.terminal.progress(null);
    }
  }

  private async playDemo(config: StandaloneConfig, { addresses, keys }: Started): Promise<void> {
    const { stop, terminal, flags } = this;
    const findings = new Findings(addresses, keys.staff.analyst, stop.signal);
    const watch = new DemoWatch(findings, terminal);
    terminal.line(
      terminal.paint.faint(
        'The demo feed is self-made. Times below are the transfers’ own (event time).',
      ),
    );
    await stop.during(watch.skipKnown());
    const feed = new DemoFeed(demoPlan(config, addresses, flags), (message) => {
      watch.take(message);
    });
    this.undo.push({
      run: () => feed.stop(),
      force: () => {
        feed.kill();
      },
    });
    void watch.run(stop.signal);
    try {
      const done = await stop.during(feed.finished());
      const show = (what: string): void => {
        watch.waitFor(what);
      };
      const settled = await stop.during(settle(findings, stop.signal, show));
      await stop.during(watch.showLast());
      await this.summarise(config, findings, { done, ...settled, addresses }, watch.wasInAlready);
    } finally {
      watch.end();
    }
  }

  private async summarise(
    config: StandaloneConfig,
    findings: Findings,
    facts: Pick<Summary, 'done' | 'overview' | 'complete' | 'addresses'>,
    wasInAlready: boolean,
  ): Promise<void> {
    const { stop, terminal, flags } = this;
    const [topCase = null] = await stop.during(findings.cases(1));
    const rate = wasInAlready ? 0 : flags.rate;
    const { dataFolder } = config;
    const files = {
      keysFile: keysFile(dataFolder),
      peopleFile: config.hasLocalIssuer ? peopleFile(dataFolder) : null,
      logs: logFolder(dataFolder),
    };
    const summary = { ...facts, topCase, ...files, seed: flags.seed, rate };
    terminal.lines(summaryLines(summary, terminal.paint));
  }

  /** Says why the run ends, in one line that says what to do. */
  private tell(error: unknown): number {
    if (error instanceof StopRequested) return 0;
    const known = asFileFailure(error, 'the data folder');
    const when = this.haveStarted ? 'Layerwatch has to stop' : 'Layerwatch cannot start';
    if (known instanceof ConfigError || known instanceof AppError) {
      this.terminal.problem(`${this.terminal.paint.alarm(when)}: ${known.message}`);
      const isSetting = known instanceof ConfigError || known.code === 'INVALID_INPUT';
      return isSetting ? EXIT_BAD_CONFIGURATION : EXIT_UNAVAILABLE;
    }
    const trace = known instanceof Error ? (known.stack ?? known.message) : String(known);
    this.terminal.problem(`${this.terminal.paint.alarm(when)}, by a bug of its own:\n${trace}`);
    return EXIT_BUG;
  }

  /** @returns whether everything ended as it should */
  private async undoAll(): Promise<boolean> {
    let cleanly = true;
    for (const { run } of [...this.undo].reverse()) {
      try {
        await run();
      } catch (error) {
        cleanly = false;
        this.terminal.problem(`while stopping: ${(error as Error).message}`);
      }
    }
    return cleanly;
  }
}
