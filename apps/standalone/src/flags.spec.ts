import { AppError } from '#domain';
import { parseFlags } from './flags';

const refusal = (...args: string[]): string => {
  try {
    parseFlags(args);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT') return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

describe('flags', () => {
  it('starts with the demo of seed 1 at 2,000 transfers a second', () => {
    expect(parseFlags([])).toEqual({
      help: false,
      demo: true,
      exitAfterDemo: false,
      seed: 1,
      rate: 2000,
    });
  });

  it('reads every flag, with a space or an equals sign', () => {
    expect(parseFlags(['--exit-after-demo', '--seed', '7', '--rate=0'])).toMatchObject({
      exitAfterDemo: true,
      seed: 7,
      rate: 0,
    });
    expect(parseFlags(['--no-demo']).demo).toBe(false);
    expect(parseFlags(['--help']).help).toBe(true);
  });

  it.each([
    ['--seed', '2147483647', true],
    ['--seed', '2147483648', false],
    ['--rate', '1000000', true],
    ['--rate', '1000001', false],
    ['--rate', '1.5', false],
    ['--rate', '1e3', false],
    ['--rate', '', false],
  ])('holds %s %s to its limits', (flag, value, taken) => {
    if (taken) expect(parseFlags([flag, value])).toMatchObject({ [flag.slice(2)]: Number(value) });
    else expect(refusal(flag, value)).toContain(`${flag} takes a whole number from 0 to`);
  });

  it('refuses in one line what it does not know', () => {
    for (const args of [['--sede', '1'], ['demo'], ['--rate'], ['--rate', '-1'], ['--no-demo=1']]) {
      expect(refusal(...args)).toMatch(/^[^\n]*; see npm start -- --help$/);
    }
    expect(refusal('--sede')).toContain("Unknown option '--sede'");
  });

  it('refuses to stop after a demo that is not shown', () => {
    expect(refusal('--no-demo', '--exit-after-demo')).toContain('exclude each other');
  });
});
