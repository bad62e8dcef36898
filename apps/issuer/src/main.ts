import 'reflect-metadata';
import { exitWith } from '#platform';

/** The local issuer; with `token --role ROLE`, a token of the one that runs. Each loads what it needs alone. */
async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === 'token') {
    const { printToken } = await import('./token.js');
    await printToken(args);
  } else {
    const { runIssuer } = await import('./run-issuer.js');
    runIssuer();
  }
}

void main(process.argv.slice(2)).catch(exitWith);
