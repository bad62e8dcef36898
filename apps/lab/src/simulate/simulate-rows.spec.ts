import Ajv from 'ajv';
import { TRANSFER_ROW_SCHEMA } from '#contracts';
import { isCurrency } from '#domain';
import { simulateRows, transferOfRow } from './simulate-rows';
import { VARIANT_NAMES } from './variants';

const hasRowShape = new Ajv({ allErrors: true }).compile(TRANSFER_ROW_SCHEMA);

describe.each(VARIANT_NAMES)('the rows of %s', (variant) => {
  const { rows, labels, lookalikes, indicators } = simulateRows({ variant });

  it('are rows that ingestion takes, in strict order of time', () => {
    let lastMs = 0;
    for (const row of rows) {
      if (!hasRowShape(row)) throw new Error(JSON.stringify([row, hasRowShape.errors]));
      // Amounts with more decimals than the currency has, or none at all, are refused here.
      const { occurredAtMs, debtor, creditor, currency } = transferOfRow(row);
      if (!isCurrency(currency)) throw new Error(`${currency} is no currency`);
      if (debtor.walletId === creditor.walletId) throw new Error(`${row.transferId} pays itself`);
      if (occurredAtMs <= lastMs) throw new Error(`${row.transferId} is out of order`);
      lastMs = occurredAtMs;
    }
    expect(rows.length).toBeGreaterThan(5_000);
    expect(new Set(rows.map(({ transferId }) => transferId)).size).toBe(rows.length);
  });

  it('have labels for rows that are there, and none of them twice', () => {
    const ids = new Set(rows.map(({ transferId }) => transferId));
    const marked = [...labels.keys(), ...lookalikes.keys()];
    expect(marked.filter((id) => !ids.has(id))).toEqual([]);
    expect(new Set(marked).size).toBe(marked.length);
    expect(labels.size).toBeGreaterThan(200);
    expect(indicators.length).toBeGreaterThan(2);
  });
});

describe('simulateRows', () => {
  it('takes a size, and says the kind of each party as the feed does', () => {
    const { rows } = simulateRows({ seed: 4, days: 1 });
    const kinds = new Set(rows.flatMap(({ debtor, creditor }) => [debtor.kind, creditor.kind]));
    expect(kinds).toContain('EXTERNAL');
    expect(kinds).toContain('AGENT');
    expect(simulateRows({ seed: 4, days: 1 }).rows).toEqual(rows);
    expect(simulateRows({ seed: 5, days: 1 }).rows).not.toEqual(rows);
  });
});
