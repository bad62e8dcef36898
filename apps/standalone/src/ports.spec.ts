import { createServer } from 'node:net';
import { AppError } from '#domain';
import { claimPorts, localAddress } from './ports';

const wish = (port: number) => ({ service: 'scoring', variable: 'SCORING_PORT', port });

describe('ports', () => {
  it('chooses different free ones where any will do, and gives them back', async () => {
    const ports = await claimPorts('127.0.0.1', [wish(0), wish(0), wish(0)]);
    expect(new Set(ports).size).toBe(3);
    expect(await claimPorts('127.0.0.1', ports.map(wish))).toEqual(ports);
  });

  it('says of a taken one which it is, who wants it, and what to set', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as { port: number };
    const error: unknown = await claimPorts('127.0.0.1', [wish(0), wish(port)]).catch(
      (thrown: unknown) => thrown,
    );
    await new Promise((closed) => other.close(closed));
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('UNAVAILABLE');
    const line = (error as AppError).message;
    for (const word of [`port ${port}`, 'scoring', 'SCORING_PORT', 'tells which']) {
      expect(line).toContain(word);
    }
    expect(line).not.toContain('\n');
  });

  it('refuses a HOST that is not this machine', async () => {
    // TEST-NET-1 (RFC 5737): no machine has it.
    await expect(claimPorts('192.0.2.1', [wish(0)])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('reaches what listens everywhere by loopback', () => {
    expect(localAddress('0.0.0.0', 3001)).toBe('http://127.0.0.1:3001');
    expect(localAddress('::', 3001)).toBe('http://127.0.0.1:3001');
    expect(localAddress('::1', 3001)).toBe('http://[::1]:3001');
    expect(localAddress('127.0.0.1', 3001)).toBe('http://127.0.0.1:3001');
  });
});
