export {
  type AlertDraft,
  type Detection,
  type DraftWallet,
  type PositionDraft,
} from './alert-draft';
export { Detector } from './detector';
export { DEFAULT_PACK, type RulePack } from './rule-pack';
