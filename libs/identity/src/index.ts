export { IdentityVault, type SealedIdentity } from './identity-vault';
export {
  ProviderKeys,
  provisionProvider,
  provisionStaff,
  type Staff,
  STAFF_ROLES,
  type StaffRole,
  StaffKeys,
} from './known-keys';
export { newProviderKey, newStaffKey } from './secret-key';
