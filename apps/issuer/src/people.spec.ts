import { newDemoPeople } from '#identity';
import { People } from './people';

const made = newDemoPeople();
const [one, other] = made as [(typeof made)[0], (typeof made)[0]];

describe('signing in at the local issuer', () => {
  it('takes name and password that go together', () => {
    const people = new People(made);
    expect(people.signIn(one.login, one.password, 0)).toEqual(one);
    expect(people.signIn(one.login, other.password, 0)).toBeNull();
    expect(people.signIn('nobody', one.password, 0)).toBeNull();
    expect(people.signIn('nobody', '', 0)).toBeNull();
    expect(people.signIn('__proto__', '', 0)).toBeNull();
  });

  it('has whoever tries five times wait half a minute, and nobody else', () => {
    const people = new People(made);
    for (let n = 0; n < 5; n += 1) expect(people.signIn(one.login, 'x', n)).toBeNull();
    expect(people.signIn(one.login, one.password, 30_003)).toBeNull();
    expect(people.signIn(other.login, other.password, 5)).toEqual(other);
    expect(people.signIn(one.login, one.password, 30_004)).toEqual(one);
  });

  it('forgets wrong ones after a right one', () => {
    const people = new People(made);
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 4; n += 1) people.signIn(one.login, 'x', 0);
      expect(people.signIn(one.login, one.password, 0)).toEqual(one);
    }
  });
});
