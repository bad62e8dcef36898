export {
  type AuditActor,
  type AuditEntry,
  type AuditFact,
  type AuditObject,
  chainOf,
  SERVICE_ACTOR,
} from './audit-entry';
export {
  ALARM_KINDS,
  type AlarmKind,
  type AuditAlarm,
  AuditAlarms,
} from './audit-alarm.repository';
export { exportTrail } from './audit-export.repository';
export { AuditList, type AuditPlace, type ListedEntry } from './audit-list.repository';
export { AUDIT_KEY, AuditKey, AuditRoots, type SignedRoot } from './audit-root.repository';
export { audit, AuditTrail } from './audit-trail.repository';
