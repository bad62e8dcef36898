import { ApiProperty } from '@nestjs/swagger';
import {
  INDICATOR_TYPES,
  type IndicatorType,
  MODI,
  type Modus,
  OPERATION_KINDS,
  type OperationKind,
} from '#domain';
import { TransferAnswer, WalletRefAnswer } from '../alerts/transfer-answer';
import { ReferralSummaryAnswer } from '../referrals/referral-answer';
import { WALLET_ROLES, type WalletRole } from './wallet-role';

/** The money of a case in one currency, in minor units. */
export class CaseMoneyAnswer {
  @ApiProperty({
    type: 'integer',
    example: 128450000,
    description: 'What entered the network: paid by sources and not received inside it before.',
  })
  readonly tracedMinor!: number;

  @ApiProperty({
    type: 'integer',
    description: 'What was passed on: all transfers but the exits, less what entered by them.',
  })
  readonly movedMinor!: number;

  @ApiProperty({ type: 'integer', description: 'What left the watched wallets.' })
  readonly exitedMinor!: number;

  @ApiProperty({ type: 'integer', description: 'What is still there and may be held.' })
  readonly heldMinor!: number;

  @ApiProperty({ example: 'PKR' })
  readonly currency!: string;
}

export class CaseCountsAnswer {
  @ApiProperty({ type: 'integer' })
  readonly alerts!: number;

  @ApiProperty({ type: 'integer' })
  readonly wallets!: number;

  @ApiProperty({ type: 'integer' })
  readonly transfers!: number;
}

/** A case as the list shows it. */
export class CaseAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: [String], description: 'Known operations it is linked to.' })
  readonly operationIds!: readonly string[];

  @ApiProperty({ minimum: 0, maximum: 100, description: 'Of its riskiest alert.' })
  readonly risk!: number;

  @ApiProperty({ description: 'Some of the money held is still inside its cool-off.' })
  readonly urgent!: boolean;

  @ApiProperty({ description: 'Only those who were added read it.' })
  readonly sealed!: boolean;

  @ApiProperty({
    format: 'date-time',
    type: String,
    nullable: true,
    description: 'Event time: the last moment at which money held cannot be cashed out yet.',
  })
  readonly coolOffEndsAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'Event time of its first alert.' })
  readonly openedAt!: string;

  @ApiProperty({ format: 'date-time', description: 'Event time that it was last told of.' })
  readonly asOf!: string;

  @ApiProperty({
    example:
      'PKR 1,284,500.00 from 23 wallets was gathered by 2 collectors within 3 h 10 min and passed on through 7 wallets; ' +
      'PKR 912,300.00 has left as cash, PKR 210,400.00 is still held in 4 wallets; ' +
      'linked to operation ‘Gulberg prize calls’ by wallet indicator.',
  })
  readonly narrative!: string;

  @ApiProperty({ type: CaseMoneyAnswer, description: 'Of the currency in which most was traced.' })
  readonly money!: CaseMoneyAnswer;

  @ApiProperty({ type: [CaseMoneyAnswer] })
  readonly moneyByCurrency!: readonly CaseMoneyAnswer[];

  @ApiProperty({ type: CaseCountsAnswer })
  readonly counts!: CaseCountsAnswer;

  @ApiProperty({ type: 'integer', description: 'Goes up whenever what the case says changes.' })
  readonly revision!: number;
}

export class CasePageAnswer {
  @ApiProperty({ type: [CaseAnswer] })
  readonly items!: readonly CaseAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}

export class CaseWalletAnswer extends WalletRefAnswer {
  @ApiProperty({
    enum: WALLET_ROLES,
    description:
      'SOURCE pays first, and more than it gets back · COLLECTOR is paid by two sources or more · MULE passed it on · ' +
      'HOLDER still has at least half · EXIT is where money left the watched wallets.',
  })
  readonly role!: WalletRole;

  @ApiProperty({ type: 'integer', description: 'Hops from a source, the fewest in time order.' })
  readonly layer!: number;

  @ApiProperty({ type: 'integer', description: 'Minor units, over the transfers of the case.' })
  readonly inMinor!: number;

  @ApiProperty({ type: 'integer' })
  readonly outMinor!: number;

  @ApiProperty({ type: 'integer', description: 'What is left of what the case brought in.' })
  readonly heldMinor!: number;

  @ApiProperty({ example: 'PKR' })
  readonly currency!: string;
}

export class LinkedWalletAnswer extends WalletRefAnswer {
  @ApiProperty({ format: 'date-time' })
  readonly knownFrom!: string;
}

export class LinkedIndicatorsAnswer {
  @ApiProperty({ enum: INDICATOR_TYPES })
  readonly type!: IndicatorType;

  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  @ApiProperty({ format: 'date-time', description: 'Since when the first of them was known.' })
  readonly knownFrom!: string;
}

export class LinkedOperationAnswer {
  @ApiProperty()
  readonly id!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ enum: OPERATION_KINDS })
  readonly kind!: OperationKind;

  @ApiProperty({ enum: MODI })
  readonly modus!: Modus;

  @ApiProperty({ type: [LinkedWalletAnswer], description: 'Wallets of the case it is known by.' })
  readonly wallets!: readonly LinkedWalletAnswer[];

  @ApiProperty({ type: [LinkedIndicatorsAnswer], description: 'All that it is known by.' })
  readonly indicators!: readonly LinkedIndicatorsAnswer[];
}

/** One case in full. */
export class CaseDetailAnswer extends CaseAnswer {
  @ApiProperty({ type: [LinkedOperationAnswer] })
  readonly operations!: readonly LinkedOperationAnswer[];

  @ApiProperty({ type: [String] })
  readonly alertIds!: readonly string[];

  @ApiProperty({ type: [CaseWalletAnswer], description: 'By layer, then by what they received.' })
  readonly wallets!: readonly CaseWalletAnswer[];

  @ApiProperty({ type: 'integer', description: 'Wallets beyond those shown.' })
  readonly walletsOmitted!: number;

  @ApiProperty({ type: [TransferAnswer], description: 'Every transfer its alerts relied on.' })
  readonly transfers!: readonly TransferAnswer[];

  @ApiProperty({
    type: 'integer',
    description: 'Transfers beyond those shown. A referral holds them all.',
  })
  readonly transfersOmitted!: number;

  @ApiProperty({ type: [ReferralSummaryAnswer] })
  readonly referrals!: readonly ReferralSummaryAnswer[];

  @ApiProperty({ type: [String], description: 'Ids of cases that turned out to be this one.' })
  readonly mergedFrom!: readonly string[];
}
