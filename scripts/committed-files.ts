import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files that are made from the code and committed beside it. With `--check` nothing is written, and a stale one is told of. */
export class CommittedFiles {
  private readonly check = process.argv.includes('--check');
  private readonly stale: string[] = [];

  /** @param command what writes these files, for whoever finds one stale */
  constructor(private readonly command: string) {}

  keep(file: string, text: string): void {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
    if (this.check) {
      this.stale.push(file);
      return;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }

  /** The process ends with 1 where a file is stale. */
  finish(): void {
    if (this.stale.length === 0) return;
    console.error(`stale: ${this.stale.join(', ')}; run ${this.command} and commit what it writes`);
    process.exitCode = 1;
  }
}
