export {
  type AlertDraft,
  type Detection,
  type DraftWallet,
  type PositionDraft,
} from './alert-draft';
export { type DetectionWatch, Detector } from './detector';

export { DEFAULT_PACK, type RulePack } from './rule-pack';
