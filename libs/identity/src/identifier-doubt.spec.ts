import { doubtOf } from './identifier-doubt';

describe('a doubt', () => {
  it.each([
    ['iban', 'PK36SCBL0000001123456702', false],
    ['iban', 'pk36 scbl 0000 0011 2345 6702', false],
    ['iban', 'PK37SCBL0000001123456702', true],
    ['iban', 'PK36SCBL0000001123456703', true],
    // Of another length than its country has.
    ['iban', 'PK36SCBL000000112345670', true],
    ['iban', 'GB82WEST12345698765432', false],
    ['imei', '490154203237518', false],
    ['imei', '49-015420-323751-8', false],
    ['imei', '490154203237517', true],
    ['imei', '49015420323751', false],
    ['imei', '4901542032375101', false],
    ['msisdn', '03001234567', false],
    ['msisdn', '+92 300 1234567', false],
    ['msisdn', '+92 42 35761234', true],
    ['msisdn', '+44 7911 123456', false],
    ['nationalId', '35202-1234567-1', false],
    ['nationalId', '90202-1234567-1', false],
    ['nationalId', '05202-1234567-1', true],
    ['nationalId', 'AB1234567', false],
    ['device', 'anything', false],
    ['name', 'Anybody', false],
  ] as const)('about %s %s: %s', (type, text, isThere) => {
    expect(doubtOf(type, text) !== null).toBe(isThere);
    expect(doubtOf(type, text) ?? '').not.toContain(text);
  });

  it('is none about what cannot be one at all: that is an error', () => {
    for (const type of ['iban', 'imei', 'msisdn', 'nationalId'] as const) {
      expect(() => doubtOf(type, '!')).toThrow('must be');
    }
  });
});
