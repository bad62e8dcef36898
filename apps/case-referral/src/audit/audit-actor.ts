import { type AuditActor } from '#audit';
import { type Staff } from '#identity';

/** A person as the audit trail names them. */
export const auditActor = ({ id, roles, unit }: Staff): AuditActor => ({ id, roles, unit });
