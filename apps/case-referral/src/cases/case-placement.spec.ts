import { placeAlert } from './case-placement';

describe('the place of an alert', () => {
  it('lets the older of two cases go on, by id where they are equally old', () => {
    const alert = { id: 'x', firstAtMs: 90 };
    const old = { id: 'z', openedAtMs: 10 };
    const young = { id: 'a', openedAtMs: 20 };
    expect(placeAlert(alert, [young, old])).toEqual({
      id: 'z',
      openedAtMs: 10,
      founded: false,
      absorbed: ['a'],
    });
    expect(placeAlert(alert, [old, { id: 'b', openedAtMs: 10 }]).id).toBe('b');
  });
});
