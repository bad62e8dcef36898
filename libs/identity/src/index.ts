export { type ClaimNames, type TokenOf } from './claims';
export {
  DEMO_UNIT,
  type DemoPerson,
  ISSUER_FILE,
  newDemoPeople,
  parsePeople,
  PEOPLE_FILE,
} from './demo-people';
export { requireFourEyes } from './four-eyes';
export { doubtOf } from './identifier-doubt';
export { IdentityVault, type SealedIdentity } from './identity-vault';
export { exportKeys, importKeys } from './key-backup';
export { KeySet } from './key-set';
export { provisionProvider, provisionStaff, StaffKeys } from './known-keys';
export {
  endProviderKey,
  giveProviderKey,
  holds,
  type NewProviderKey,
  PROVIDER_SCOPES,
  type ProviderKey,
  providerKeys,
  ProviderKeys,
  type ProviderScope,
  QUOTA_MAX,
  QUOTA_MIN,
  type Reporter,
  revokeProviderKey,
  setCodes,
  setQuota,
  setStrict,
} from './provider-keys';
export { isSafeIssuer, OidcIssuer, type OidcSettings } from './oidc-issuer';
export {
  checkSignature,
  SIGNATURE_HEADERS,
  SIGNED_WITHIN_S,
  signatureOf,
} from './request-signature';
export { type Act, ACTS, may, STAFF_ROLES, type StaffRole, WHO_MAY } from './roles';
export { bearerToken, newProviderKey, newStaffKey } from './secret-key';
export {
  checkCsrfToken,
  csrfToken,
  type KeptSignIn,
  type Noted,
  SESSION_HOURS_MAX,
  Sessions,
  SIGN_IN_MINUTES_MAX,
} from './sessions';
export { pieceLabel, refusedLabel, SealedRows } from './sealed-rows';
export { type Staff } from './staff';
