import { newDemoPeople, parsePeople } from './demo-people';
import { STAFF_ROLES } from './roles';

describe('the demo people', () => {
  it('are one of each role, with passwords of their own, new each time', () => {
    const people = newDemoPeople();
    expect(new Set(people.flatMap(({ roles }) => roles))).toEqual(new Set(STAFF_ROLES));
    const passwords = [...people, ...newDemoPeople()].map(({ password }) => password);
    expect(new Set(passwords).size).toBe(passwords.length);
    for (const password of passwords) expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){2}$/);
    expect(parsePeople(JSON.stringify(people), 'people.json')).toEqual(people);
  });

  it('are refused where the file is none, in a line without what is there', () => {
    const [person] = newDemoPeople();
    for (const text of [
      '{',
      '{}',
      '[null]',
      '["x"]',
      JSON.stringify([{ ...person, roles: ['root'] }]),
      JSON.stringify([{ ...person, password: 7 }]),
      JSON.stringify([{ ...person, unit: 'a\n' }]),
    ]) {
      expect(() => parsePeople(text, 'people.json')).toThrow(/^people\.json holds no people/);
    }
  });
});
