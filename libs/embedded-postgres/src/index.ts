export {
  discardEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
  type UnexpectedEnd,
} from './embedded-postgres';
export { type HeldDataFolder, holdDataFolder } from './hold-data-folder';
