import { Log1764000000001 } from './1764000000001-log';
import { Feed1764000000002 } from './1764000000002-feed';
import { Intel1764000000003 } from './1764000000003-intel';
import { Scoring1764000000004 } from './1764000000004-scoring';
import { Referral1764000000005 } from './1764000000005-referral';
import { Snapshots1764000000006 } from './1764000000006-snapshots';
import { Originals1764000000007 } from './1764000000007-originals';
import { Events1764000000008 } from './1764000000008-events';
import { RulePacks1764000000009 } from './1764000000009-rule-packs';
import { Backtests1764000000010 } from './1764000000010-backtests';
import { CaseDrawing1764000000011 } from './1764000000011-case-drawing';
import { ScoringSeat1764000000012 } from './1764000000012-scoring-seat';
import { TransferDays1764000000013 } from './1764000000013-transfer-days';
import { HandOut1764000000014 } from './1764000000014-hand-out';
import { HandOutTogether1764000000015 } from './1764000000015-hand-out-together';
import { AlertSummary1764000000016 } from './1764000000016-alert-summary';
import { FourEyes1764000000017 } from './1764000000017-four-eyes';
import { SignIn1764000000018 } from './1764000000018-sign-in';
import { Audit1764000000019 } from './1764000000019-audit';
import { NeedToKnow1764000000020 } from './1764000000020-need-to-know';
import { DefinerFunctions1764000000021 } from './1764000000021-definer-functions';
import { Erasure1764000000022 } from './1764000000022-erasure';
import { AuditAlarms1764000000023 } from './1764000000023-audit-alarms';
import { Searches1764000000024 } from './1764000000024-searches';
import { OwnNumbers1764000000025 } from './1764000000025-own-numbers';
import { Retention1764000000026 } from './1764000000026-retention';
import { Sealed1764000000027 } from './1764000000027-sealed';
import { ProviderKeys1764000000028 } from './1764000000028-provider-keys';
import { Iso200221764000000029 } from './1764000000029-iso20022';
import { RowQuotas1764000000034 } from './1764000000034-row-quotas';
import { BothLegs1764000000037 } from './1764000000037-both-legs';
import { FeedHealth1764000000038 } from './1764000000038-feed-health';
import { RefusedRows1764000000039 } from './1764000000039-refused-rows';
import { History1764000000040 } from './1764000000040-history';
import { Screenings1764000000035 } from './1764000000035-screenings';
import { Mappings1764000000030 } from './1764000000030-mappings';
import { Files1764000000031 } from './1764000000031-files';

/** Every step of the schema, oldest first. A step that has been released is never edited: the next one mends it. */
export const MIGRATIONS = [
  Log1764000000001,
  Feed1764000000002,
  Intel1764000000003,
  Scoring1764000000004,
  Referral1764000000005,
  Snapshots1764000000006,
  Originals1764000000007,
  Events1764000000008,
  RulePacks1764000000009,
  Backtests1764000000010,
  CaseDrawing1764000000011,
  ScoringSeat1764000000012,
  TransferDays1764000000013,
  HandOut1764000000014,
  HandOutTogether1764000000015,
  AlertSummary1764000000016,
  FourEyes1764000000017,
  SignIn1764000000018,
  Audit1764000000019,
  NeedToKnow1764000000020,
  DefinerFunctions1764000000021,
  Erasure1764000000022,
  AuditAlarms1764000000023,
  Searches1764000000024,
  OwnNumbers1764000000025,
  Retention1764000000026,
  Sealed1764000000027,
  ProviderKeys1764000000028,
  Iso200221764000000029,
  RowQuotas1764000000034,
  BothLegs1764000000037,
  FeedHealth1764000000038,
  RefusedRows1764000000039,
  History1764000000040,
  Screenings1764000000035,
  Mappings1764000000030,
  Files1764000000031,
];
