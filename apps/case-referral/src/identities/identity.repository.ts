import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type IdentifierType, type WalletRef } from '#domain';

/** An identifier that a provider reported of a wallet, sealed. */
export interface SealedIdentifier {
  readonly token: string;
  readonly type: IdentifierType;
  readonly sealed: Buffer;
  /** Its key was destroyed. */
  readonly erased: boolean;
}

/** Identities that providers reported. */
@Injectable()
export class IdentityRepository {
  constructor(private readonly dataSource: DataSource) {}

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** What the transfers of a case told of a wallet's holder, in a stable order, up to `rowsMax`. */
  async ofWallet(
    manager: EntityManager,
    caseId: string,
    { provider, walletId }: WalletRef,
    rowsMax: number,
  ): Promise<SealedIdentifier[]> {
    return manager.query(
      `select i.token, i.type, i.sealed, i.key_version = 0 as erased
       from (
         select distinct told.token
         from referral.case_transfer t
         join feed.transfer_key k on k.provider_id = t.provider and k.transfer_id = t.transfer_id
         join feed.transfer f on f.position = any(k.positions)
         cross join lateral (
           -- Whoever pays orders it with the handset.
           select value as token from jsonb_each_text(
             case when (f.debtor_provider, f.debtor_wallet) = ($2, $3)
               then coalesce(f.particulars -> 'debtor', '{}') || coalesce(f.particulars -> 'device', '{}') end)
           where key = any('{name,msisdn,nationalId,iban,id,imei,ip}')
           union all
           select value from jsonb_each_text(
             case when (f.creditor_provider, f.creditor_wallet) = ($2, $3) then f.particulars -> 'creditor' end)
           where key = any('{name,msisdn,nationalId,iban}')
         ) told
         where t.case_id = $1
       ) told
       join feed.identity i using (token) order by i.type, i.token limit $4`,
      [caseId, provider, walletId, rowsMax],
    );
  }
}
