import { type Payment, pacs008 } from '../../test/iso-messages';
import { transactionsOfJson, transactionsOfXml } from './iso-message';

const PAYMENT: Payment = {
  messageId: 'M-1',
  txId: 'TX-1',
  endToEndId: 'E2E-1',
  uetr: null,
  amount: '1.00',
  at: '2026-03-02T14:23:11+05:00',
  debtor: 'PK05TMFB0000003001234567',
  creditor: '923219876543',
};
const good = pacs008([PAYMENT]);
const bomb = `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Document>&b;</Document>`;
const outside = `<?xml version="1.0"?><!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>`;
const refused = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('a message', () => {
  it('is read transaction by transaction', () => {
    expect(transactionsOfXml(Buffer.from(good))).toHaveLength(1);
    const many = pacs008(Array.from({ length: 1_000 }, () => PAYMENT));
    expect(transactionsOfXml(Buffer.from(many))).toHaveLength(1_000);
  });

  it.each([
    ['an entity bomb', bomb, 'INVALID_INPUT'],
    ['an external reference', outside, 'INVALID_INPUT'],
    ['an unknown entity', good.replace('<Nm>', '<Nm>&nbsp;'), 'INVALID_INPUT'],
    ['an element that is not closed', '<Document>', 'INVALID_INPUT'],
    ['two roots', '<a/><b/>', 'INVALID_INPUT'],
    ['text after its root', '<a/>x', 'INVALID_INPUT'],
    ['nothing', '', 'INVALID_INPUT'],
    ['JSON', '{}', 'INVALID_INPUT'],
    ['a message nobody takes', good.replaceAll('pacs.008', 'pacs.009'), 'INVALID_INPUT'],
    ['a version nobody takes', good.replaceAll('001.08', '001.99'), 'INVALID_INPUT'],
    ['no namespace', good.replace(/ xmlns="[^"]*"/, ''), 'INVALID_INPUT'],
    ['another body', good.replaceAll('FIToFICstmrCdtTrf', 'FIToFI'), 'INVALID_INPUT'],
    ['100,000 levels', '<a>'.repeat(100_000), 'INVALID_INPUT'],
    ['400,000 elements', `<a>${'<b/>'.repeat(400_000)}</a>`, 'TOO_LARGE'],
    [
      '400,000 attributes',
      `<a ${Array.from({ length: 400_000 }, (_, i) => `b${i}=""`).join(' ')}/>`,
      'TOO_LARGE',
    ],
    ['1,001 transactions', pacs008(Array.from({ length: 1_001 }, () => PAYMENT)), 'TOO_LARGE'],
    ['bytes that are not UTF-8', Buffer.from([0x3c, 0x61, 0xff, 0x3e]), 'INVALID_INPUT'],
  ])('with %s is refused, and nothing of it repeated', (_, body, code) => {
    const read = () => transactionsOfXml(Buffer.from(body));
    expect(read).toThrow(refused(code));
    expect(read).not.toThrow(/passwd|nbsp/);
  });

  it.each([
    ['no JSON', '{', 'INVALID_INPUT'],
    ['null', 'null', 'INVALID_INPUT'],
    ['no name', '{"FIToFICstmrCdtTrf":{}}', 'INVALID_INPUT'],
    ['no transaction', '{"TxTp":"pacs.008.001.10","FIToFICstmrCdtTrf":{}}', 'INVALID_INPUT'],
    ['a body that is none', '{"TxTp":"pacs.002.001.12","FIToFIPmtSts":7}', 'INVALID_INPUT'],
    ['a name by inheritance', '{"TxTp":"__proto__"}', 'INVALID_INPUT'],
    ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'INVALID_INPUT'],
    ['400,000 values', `{"TxTp":[${'1,'.repeat(400_000)}1]}`, 'TOO_LARGE'],
  ])('as JSON with %s is refused', (_, body, code) => {
    expect(() => transactionsOfJson(Buffer.from(body))).toThrow(refused(code));
  });
});
