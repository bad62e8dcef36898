export {
  type AlertDraft,
  type Detection,
  type DraftWallet,
  type PositionDraft,
} from './alert-draft';
export { type DetectionWatch } from './detection-watch';
export { Detector, type DetectorOptions } from './detector';
export { packHash } from './pack-hash';
export { DEFAULT_PACK, type RulePack } from './rule-pack';
