import { type OpenAPIObject } from '@nestjs/swagger';
import { type Act, ACTS, STAFF_ROLES, WHO_MAY, type StaffRole } from '#identity';

/** docs/roles.md: what each role may do, and by which routes. */
export function rolesPage(apis: readonly OpenAPIObject[]): string {
  const routes = apis.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, { 'x-act'?: Act }>).map(
        ([method, { 'x-act': act }]) => ({
          route: `${method.toUpperCase()} ${path}`,
          act,
        }),
      ),
    ),
  );
  const byRoute = (act: Act): string =>
    routes
      .filter((one) => one.act === act)
      .map(({ route }) => `\`${route}\``)
      .join('<br>');
  const allows = (act: Act, role: StaffRole): boolean =>
    (WHO_MAY[act] as readonly StaffRole[]).includes(role);
  const lines = [
    '# Who may do what',
    '',
    '<!-- made by npm run openapi from libs/identity/src/roles.ts: do not edit by hand -->',
    '',
    'Whoever is not named may not: the service answers 403. A person may have several roles, and never decides on what they',
    'proposed themselves. What each role is for stands in [roles.ts](../libs/identity/src/roles.ts).',
    '',
    '| to … | may | by |',
    '|---|---|---|',
    ...ACTS.map((act) => `| ${act} | ${WHO_MAY[act].join(', ')} | ${byRoute(act)} |`),
    '',
    '| role | may |',
    '|---|---|',
    ...STAFF_ROLES.map((role) => {
      const acts = ACTS.filter((act) => allows(act, role));
      return `| ${role} | ${acts.length === 0 ? '–' : acts.join(', ')} |`;
    }),
    '',
  ];
  return lines.join('\n');
}
