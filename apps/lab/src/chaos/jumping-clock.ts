import { readFileSync } from 'node:fs';
import { clockFile } from './jumping-clock.config';

/**
 * Loaded into a service before its own code (`--require`): at SIGUSR2 the wall clock jumps to so many milliseconds from the true
 * one as the file says. What only measures time, such as {@link performance}, goes on, as under a clock that an operator sets.
 */
const TrueDate = Date;
let offsetMs = 0;

class JumpingDate extends TrueDate {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(TrueDate.now() + offsetMs);
    else super(...(args as [number]));
  }

  static override now(): number {
    return TrueDate.now() + offsetMs;
  }
}

globalThis.Date = JumpingDate as DateConstructor;
process.on('SIGUSR2', () => {
  offsetMs = Number(readFileSync(clockFile(), 'utf8'));
});
