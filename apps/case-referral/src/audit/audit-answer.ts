import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ALARM_KINDS, type AlarmKind, type AuditEntry, type SignedRoot } from '#audit';
import { PageQuery } from '#platform';
import { PLAIN_TEXT } from '../operations/operation-input';

const NAME_LENGTH_MAX = 200;

export class AuditQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Whose entries; of everybody where it is left out.' })
  @IsOptional()
  @IsString()
  @MaxLength(NAME_LENGTH_MAX)
  @Matches(PLAIN_TEXT)
  readonly actor?: string;

  @ApiPropertyOptional({ description: 'As in `case`, `referral`.' })
  @IsOptional()
  @IsString()
  @MaxLength(NAME_LENGTH_MAX)
  @Matches(PLAIN_TEXT)
  readonly objectType?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(NAME_LENGTH_MAX)
  @Matches(PLAIN_TEXT)
  readonly objectId?: string;
}

export class AuditEntryAnswer {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'As it was hashed.' })
  readonly entry!: AuditEntry;

  @ApiProperty({ type: 'integer' })
  readonly chain!: number;

  @ApiProperty({ type: 'integer', description: 'In its chain, from 1 on.' })
  readonly place!: number;

  @ApiProperty({ description: 'SHA-256 over its canonical text and the hash of the entry before.' })
  readonly hash!: string;
}

export class AuditPageAnswer {
  @ApiProperty({ type: [AuditEntryAnswer] })
  readonly items!: readonly AuditEntryAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}

export class AuditAlarmAnswer {
  @ApiProperty({ type: 'integer' })
  readonly id!: number;

  @ApiProperty({
    enum: ALARM_KINDS,
    description:
      'MASS_READING: shown more than anybody works through in an hour. ODD_HOURS: looked at night. REFUSED: tried what they may ' +
      'not, again and again. NO_CASE: asked who holds wallets that the case says nothing of.',
  })
  readonly kind!: AlarmKind;

  @ApiProperty()
  readonly actor!: string;

  @ApiProperty({ format: 'date-time', description: 'The hour it is about.' })
  readonly hour!: Date;

  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  @ApiProperty({ format: 'date-time' })
  readonly raisedAt!: Date;
}

export class AuditAlarmPageAnswer {
  @ApiProperty({ type: [AuditAlarmAnswer] })
  readonly items!: readonly AuditAlarmAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}

export class SignedRootAnswer implements SignedRoot {
  @ApiProperty({ type: 'integer' })
  readonly root!: number;

  @ApiProperty({ format: 'date-time' })
  readonly at!: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: {} },
    description: 'Of each chain: number, length, hash.',
  })
  readonly heads!: SignedRoot['heads'];

  @ApiProperty({ description: 'The root of the Merkle tree over them (RFC 6962).' })
  readonly merkle!: string;

  @ApiProperty({ description: 'Ed25519, in base64, over "at merkle".' })
  readonly signature!: string;
}

export class SignedRootPageAnswer {
  @ApiProperty({ type: [SignedRootAnswer] })
  readonly items!: readonly SignedRootAnswer[];

  @ApiProperty({ type: String, nullable: true })
  readonly next!: string | null;
}
