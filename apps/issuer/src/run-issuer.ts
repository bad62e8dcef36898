import { exitWith } from '#platform';
import { createIssuer, readSecrets } from './issuer';
import { loadIssuerConfig } from './issuer-config';
import { People } from './people';
import { issuerServer } from './serve';

/** Serves until it is told to stop: SIGINT, SIGTERM, or the end of the process that forked it. */
export function runIssuer(): void {
  const config = loadIssuerConfig();
  const people = People.fromFolder(config.LAYERWATCH_DATA);
  const urls = { issuerUrl: config.ISSUER_URL, consoleUrl: config.PUBLIC_URL.replace(/\/+$/, '') };
  const provider = createIssuer(urls, people, readSecrets(config.LAYERWATCH_DATA));
  provider.on('server_error', (_, error: Error) => {
    process.stderr.write(`${error.name}: ${error.message}\n`);
  });
  const server = issuerServer(provider, people);
  server.once('error', (error) => exitWith(error));
  server.listen(config.ISSUER_PORT, config.HOST);
  const stop = (): void => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, stop);
}
