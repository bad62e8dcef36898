import { ACTS, may, STAFF_ROLES, WHO_MAY } from './roles';

describe('who may do what', () => {
  it('lets nobody do anything without a role', () => {
    for (const act of ACTS) expect(may([], act)).toBe(false);
  });

  it('keeps cases from those who look after the platform, and from those who look after them', () => {
    for (const role of ['administrator', 'auditor', 'compliance-officer'] as const) {
      expect(may([role], 'read cases')).toBe(false);
      expect(may([role], 'read alerts')).toBe(false);
      expect(may([role], 'read referrals')).toBe(false);
    }
  });

  it('has nobody decide who may only propose', () => {
    for (const act of ['approve referrals', 'activate rule packs'] as const) {
      expect(may(['analyst', 'senior'], act)).toBe(false);
      expect(may(['analyst', 'approver'], act)).toBe(true);
    }
  });

  it('names roles that there are, each once', () => {
    for (const act of ACTS) {
      const roles: readonly string[] = WHO_MAY[act];
      expect(STAFF_ROLES.filter((role) => roles.includes(role))).toHaveLength(roles.length);
    }
  });
});
