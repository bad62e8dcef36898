import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { SIGNAL_FAMILIES, type SignalFamily, TYPOLOGY_NAMES, type TypologyName } from '#contracts';
import { DecisionAnswer } from '../staff/decision-answer';
import { Reason } from '../staff/reason';

/** How a typology is to stand. */
export class SwitchInput {
  @ApiProperty({ description: 'Whether what it sees counts.' })
  @IsBoolean()
  readonly enabled!: boolean;

  @Reason()
  readonly reason!: string;
}

/** A typology was switched off under every pack, or on again. */
export class SwitchAnswer extends DecisionAnswer {
  @ApiProperty({ enum: TYPOLOGY_NAMES })
  readonly typology!: TypologyName;

  @ApiProperty()
  readonly enabled!: boolean;
}

/** A typology, and how it stands. */
export class TypologyAnswer {
  @ApiProperty({ enum: TYPOLOGY_NAMES })
  readonly name!: TypologyName;

  @ApiProperty({ enum: SIGNAL_FAMILIES })
  readonly family!: SignalFamily;

  @ApiProperty({ type: [String], description: 'Of MITRE F3; `LW-…` where it has none.' })
  readonly techniques!: readonly string[];

  @ApiProperty({ description: 'Whether what it sees counts, as far as it is in the pack.' })
  readonly enabled!: boolean;

  @ApiProperty({ type: SwitchAnswer, nullable: true, description: 'Null: it was never switched.' })
  readonly lastSwitch!: SwitchAnswer | null;
}

export class TypologyPageAnswer {
  @ApiProperty({ type: [TypologyAnswer] })
  readonly items!: TypologyAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'Null: all are on one page.' })
  readonly next!: string | null;
}
