/** Where a referral stands. It is proposed by one person and approved by another; nothing comes after yet. */
export const REFERRAL_STATUSES = ['PROPOSED', 'REFERRED'] as const;
export type ReferralStatus = (typeof REFERRAL_STATUSES)[number];
