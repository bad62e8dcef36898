import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#domain';
import { type Flags, parseFlags, USAGE } from './flags';
import { PACKAGE_ROOT } from './package-root';
import { StopRequest } from './stop-request';
import { Terminal } from './terminal';

const EXIT_FORCED = 130;
const EXIT_BAD_FLAG = 78;

function readFlags(terminal: Terminal): Flags | null {
  try {
    return parseFlags(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    terminal.problem(`Layerwatch cannot start: ${error.message}`);
    return null;
  }
}

function version(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function main(): Promise<number> {
  const terminal = new Terminal();
  const flags = readFlags(terminal);
  if (flags === null) return EXIT_BAD_FLAG;
  if (flags.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const stop = new StopRequest();
  let force = (): void => undefined;
  stop.listen(
    () => {
      terminal.progress(null);
      terminal.line('stopping … (Ctrl-C once more: at once)');
    },
    () => {
      force();
      process.exit(EXIT_FORCED);
    },
  );
  // After the ears are open: whoever reads the first line may stop it at once.
  const name = terminal.paint.strong(`Layerwatch ${version()}`);
  terminal.line(`${name}: sees layering while the money is still inside`);
  // Loaded only now: its libraries take about a second, in which the terminal would show nothing.
  const { Standalone } = await import('./standalone.js');
  const standalone = new Standalone(flags, terminal, stop);
  force = () => {
    standalone.force();
  };
  return standalone.run();
}

void main().then((exitCode) => {
  process.exit(exitCode);
});
