import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#domain';
import { holdDataFolder, startEmbeddedPostgres } from '#embedded-postgres';
import { openAuditKey } from './audit-key';
import { type DatabaseUser } from '#persistence';
import { type Addresses, Findings } from './findings';
import { openIdentityKey } from './identity-key';
import { openIssuerFiles } from './issuer-files';
import { type KeyRing, openKeyRing, parseKeyRing } from './key-ring';
import { claimPorts } from './ports';
import {
  auditKeyFile,
  identityKeyFile,
  keysFile,
  logFolder,
  makePrivateFolder,
  peopleFile,
  readIfThere,
} from './private-file';
import { Provisioning } from './provisioning.repository';
import { counted, labelled } from './render/layout';
import { refusedSnapshots } from './render/refused-snapshots';
import { announce, runningElsewhere, withdraw } from './running';
import { scoringStart } from './scoring-start';
import { addressesOf, portWishes, servicePlans, waitUntilReady } from './services';
import { type StandaloneConfig } from './standalone-config';
import { type StopRequest } from './stop-request';
import { Supervisor } from './supervisor';
import { type Terminal } from './terminal';

/** What a part of the run needs done at its end. */
export interface Undo {
  readonly run: () => Promise<void>;
  /** At once, where someone has lost patience; nothing is waited for. */
  readonly force?: () => void;
}

export interface Started {
  readonly addresses: Addresses;
  readonly keys: KeyRing;
}

interface Prepared {
  readonly keys: KeyRing;
  /** The address that a service connects to the database by. */
  readonly urlOf: (user: DatabaseUser) => string;
}

const LABEL = 14;
/** A start is not held up for longer by a line about its snapshot; a large one is told of when it has been read. */
const SNAPSHOT_LINE_WAIT_MS = 1_000;

/** Brings everything up, a stage at a time. Each stage that has begun says first how it is undone. */
export class StartUp {
  constructor(
    private readonly config: StandaloneConfig,
    private readonly terminal: Terminal,
    private readonly stop: StopRequest,
    private readonly undo: Undo[],
  ) {}

  /**
   * @throws AppError INVALID_INPUT where a setting or a file of the operator's is wrong; PRECONDITION_FAILED where the
   *   database needs what is not here; UNAVAILABLE where something is not to be had; StopRequested
   */
  async run(): Promise<Started> {
    const { config } = this;
    const file = keysFile(config.dataFolder);
    // What can be refused at once is, before anything is made or started.
    parseKeyRing(await readIfThere(file), file);
    const ports = await this.claimPorts();
    this.stop.check();
    this.say('data', config.dataFolder);
    const databaseUrl = await this.openDatabase();
    this.stop.check();
    await makePrivateFolder(logFolder(config.dataFolder));
    const { keys, urlOf } = await this.prepareDatabase(databaseUrl, file);
    if (config.hasLocalIssuer) await this.prepareIssuer();
    this.stop.check();
    const addresses = addressesOf(config.HOST, ports);
    await this.startServices(urlOf, ports, addresses);
    const findings = new Findings(addresses, keys.staff.analyst, this.stop.signal);
    await Promise.race([this.tellRefusedSnapshots(findings), sleep(SNAPSHOT_LINE_WAIT_MS)]);
    this.stop.check();
    this.undo.push({ run: () => withdraw(config.dataFolder) });
    await announce(config.dataFolder, databaseUrl, addresses);
    return { addresses, keys };
  }

  private async claimPorts(): Promise<number[]> {
    const { HOST, dataFolder } = this.config;
    try {
      return await claimPorts(HOST, portWishes(this.config));
    } catch (error) {
      const pid = await runningElsewhere(dataFolder);
      if (pid === null) throw error;
      throw new AppError(
        'UNAVAILABLE',
        `another Layerwatch (pid ${pid}) is running on the data folder ${dataFolder}; stop it, or set LAYERWATCH_DATA ` +
          'and the ports to others',
        [],
        { cause: error },
      );
    }
  }

  /** @returns the address of the operator's server where DATABASE_URL names one, of our own where not */
  private async openDatabase(): Promise<string> {
    const { DATABASE_URL, dataFolder } = this.config;
    if (DATABASE_URL !== undefined) {
      const held = await holdDataFolder(dataFolder);
      this.undo.push({ run: () => held.release() });
      this.say('database', 'the server that DATABASE_URL names');
      return DATABASE_URL;
    }
    return this.stage('PostgreSQL', 'starting', async () => {
      const postgres = await startEmbeddedPostgres({
        dataFolder,
        log: (line) => {
          this.say('PostgreSQL', line);
        },
      });
      this.undo.push({
        run: () => postgres.stop(),
        // It ends without a checkpoint, as after a crash: what was committed is in its log.
        force: () => process.kill(postgres.pid, 'SIGQUIT'),
      });
      if (postgres.notice !== null) this.say('PostgreSQL', postgres.notice);
      postgres.onExit(({ exitCode, signal }) => {
        const how = signal === null ? `exit code ${exitCode ?? '?'}` : `signal ${signal}`;
        this.stop.because(
          new AppError(
            'UNAVAILABLE',
            `PostgreSQL ended by itself (${how}); its log in ${postgres.folder} may tell why. What was acknowledged is ` +
              'kept: start again',
          ),
        );
      });
      return [postgres.databaseUrl, 'started'];
    });
  }

  /** Brings the schema up to date, and makes everyone known whom the keys name. */
  private async prepareDatabase(databaseUrl: string, file: string): Promise<Prepared> {
    const { dataFolder } = this.config;
    return this.stage('schema', 'bringing it up to date', () =>
      Provisioning.during(databaseUrl, async (database) => {
        // On a server of the operator's own, who may make roles is theirs to say (docs/security.md).
        const isOurs = this.config.DATABASE_URL === undefined;
        const applied = await (isOurs ? database.migrateAsOwner(databaseUrl) : database.migrate());
        await openIdentityKey(identityKeyFile(dataFolder), await database.holdsIdentities());
        await openAuditKey(auditKeyFile(dataFolder));
        const keys = await openKeyRing(file);
        await database.provision(keys);
        const urlOf = isOurs ? await database.grantRoles(databaseUrl) : () => databaseUrl;
        return [
          { keys, urlOf },
          applied === 0 ? 'up to date' : `${counted(applied, 'migration')} applied`,
        ];
      }),
    );
  }

  /** Shows the demo people and their passwords once, where they are made. */
  private async prepareIssuer(): Promise<void> {
    const { dataFolder } = this.config;
    const people = await openIssuerFiles(dataFolder);
    if (people === null) return;
    this.say('people', `made to sign in with (kept in ${peopleFile(dataFolder)}):`);
    const nameLength = Math.max(...people.map(({ login }) => login.length));
    for (const { login, password } of people) {
      this.say('', `${login.padEnd(nameLength)}  ${password}`);
    }
  }

  private async startServices(
    urlOf: Prepared['urlOf'],
    ports: readonly number[],
    addresses: Addresses,
  ): Promise<void> {
    const { config, stop, terminal } = this;
    const supervisor = new Supervisor(servicePlans(config, urlOf, ports), {
      notice: (line) => {
        terminal.line(terminal.paint.warn(line));
      },
      givenUp: (error) => {
        stop.because(error);
      },
    });
    this.undo.push({
      run: () => supervisor.stop(),
      force: () => {
        supervisor.kill();
      },
    });
    await this.stage('services', 'starting', async () => {
      supervisor.start();
      const ready = waitUntilReady(addresses, logFolder(config.dataFolder), stop.signal);
      await stop.during(ready);
      supervisor.markStarted();
      const issuer = addresses.issuer === undefined ? '' : ', issuer';
      return [undefined, `ingestion, scoring, case-referral${issuer}`];
    });
  }

  /** Never fails: a start that reads the log is slower, and nothing else. */
  private async tellRefusedSnapshots(findings: Findings): Promise<void> {
    const start = await scoringStart(findings, this.stop.signal);
    const said = start && refusedSnapshots(start);
    if (said) this.say('snapshot', said);
  }

  /** Shows what is being done, and when it is, what came of it and how long it took. */
  private async stage<T>(
    label: string,
    doing: string,
    work: () => Promise<[T, string]>,
  ): Promise<T> {
    const beganMs = performance.now();
    this.terminal.progress(`  ${label.padEnd(LABEL - 2)}${doing} …`);
    try {
      const [result, said] = await work();
      const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1);
      this.terminal.progress(null);
      this.say(label, `${said} … ${seconds} s`);
      return result;
    } finally {
      this.terminal.progress(null);
    }
  }

  private say(label: string, text: string): void {
    this.terminal.lines(labelled(`  ${label}`, text, LABEL));
  }
}
