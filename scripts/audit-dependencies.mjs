/**
 * Asks the registry which known vulnerabilities what runs in service has: `npm run audit-dependencies`. Ends with 1 where one is high or
 * critical, with 69 where the registry does not answer such questions (mirrors often do not): then nothing was audited.
 */
import { spawnSync } from 'node:child_process';

const FAILS_FROM = ['high', 'critical'];
const ANSWER_MAX_MS = 60_000;
const NOT_AUDITED = 69;

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const { stdout } = spawnSync(npm, ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: ANSWER_MAX_MS,
  shell: process.platform === 'win32',
});

let report = null;
try {
  report = JSON.parse(stdout ?? '');
} catch {
  // No report: said below.
}
const counts = report?.metadata?.vulnerabilities;
if (counts === undefined) {
  console.error('NOT AUDITED: the registry does not say which vulnerabilities are known');
  process.exit(NOT_AUDITED);
}
for (const { name, severity, via } of Object.values(report.vulnerabilities ?? {})) {
  const reasons = via.map((reason) => (typeof reason === 'string' ? reason : reason.title));
  console.log(`${severity}: ${name}: ${reasons.join('; ')}`);
}
const grave = FAILS_FROM.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
console.log(
  `${String(counts.total ?? 0)} known vulnerabilities, ${String(grave)} of them high or critical`,
);
process.exit(grave > 0 ? 1 : 0);
