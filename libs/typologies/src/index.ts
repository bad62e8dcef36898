export {
  type AlertDraft,
  type Detection,
  type DraftWallet,
  type PositionDraft,
  type StormDraft,
} from './alert-draft';
export { atLeast, type Check, type CheckMeasure, type Checks, type Condition } from './check';
export { CIRCUMSTANCES } from './circumstances';
export { type DetectionWatch, type Judgement, type TransferWitness } from './detection-watch';
export { Detector, type DetectorOptions } from './detector';
export { fitScorecard } from './fit-scorecard';
export { packHash } from './pack-hash';
export { parameterTables } from './parameter-tables';
export { parseRulePack } from './parse-rule-pack';
export { withScorecard } from './propose-scorecard';
export { type Example, reliabilityOf, type ReliabilityBand } from './reliability';
export { FAMILIES_MIN, familiesOf, type FactualTerm } from './risk';
export { baseOf, DEFAULT_PACK, type RulePack } from './rule-pack';
export { RULE_PACK_SCHEMA } from './rule-pack-schema';
export { ShadowedDetector } from './shadowed-detector';
export { sayDuration } from './say';
export { type Evidence } from './evidence';
export { type Signal, type Sighting } from './signal';
export { sentenceOf, TYPOLOGIES } from './typologies';
export { AccountDays, type Finding } from './account-days';
export { compareAlerts } from './compare-alerts';
export { type Interval, meanInterval, pairedInterval, shareInterval } from './interval';
export { PackTrial, type TrialAlert } from './pack-trial';
