import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '#domain';
import { type MappingDocument } from './mapping-document';

/** Mappings of one provider. */
const NAMES_MAX = 50;
/** Versions of one mapping. */
const VERSIONS_MAX = 1_000;

/** A version of a mapping, without what it says. */
export interface MappingVersion {
  readonly name: string;
  /** From 1. */
  readonly version: number;
  readonly createdAt: Date;
}

export interface StoredMapping extends MappingVersion {
  readonly document: MappingDocument;
}

const VERSION = `name, version, created_at as "createdAt"`;

/** Keeps the mappings of providers, every version of each. */
@Injectable()
export class MappingRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Keeps a document as the next version, unless it is the latest already.
   *
   * @throws AppError TOO_LARGE where the provider has as many mappings, or this one as many versions, as may be
   */
  async keep(
    provider: string,
    name: string,
    document: MappingDocument,
  ): Promise<MappingVersion & { readonly changed: boolean }> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(
        `select pg_advisory_xact_lock(hashtextextended('feed.mapping ' || $1, 0))`,
        [provider],
      );
      const text = JSON.stringify(document);
      const [latest]: (MappingVersion & { same: boolean })[] = await manager.query(
        `select ${VERSION}, document = $3::jsonb as same from feed.mapping
         where provider_id = $1 and name = $2 order by version desc limit 1`,
        [provider, name, text],
      );
      if (latest?.same === true) {
        const { version, createdAt } = latest;
        return { name, version, createdAt, changed: false };
      }
      if (latest === undefined) await checkRoom(manager, provider);
      const version = (latest?.version ?? 0) + 1;
      if (version > VERSIONS_MAX) {
        throw new AppError('TOO_LARGE', `a mapping has at most ${VERSIONS_MAX} versions`);
      }
      const [kept]: MappingVersion[] = await manager.query(
        `insert into feed.mapping (provider_id, name, version, document) values ($1, $2, $3, $4) returning ${VERSION}`,
        [provider, name, version, text],
      );
      return { ...kept!, changed: true };
    });
  }

  /** The latest version of each, by name. */
  async list(provider: string): Promise<MappingVersion[]> {
    return this.dataSource.query(
      `select distinct on (name) ${VERSION} from feed.mapping where provider_id = $1 order by name, version desc limit $2`,
      [provider, NAMES_MAX],
    );
  }

  /** @param version null for the latest @returns null where there is none */
  async find(
    provider: string,
    name: string,
    version: number | null,
  ): Promise<StoredMapping | null> {
    const rows: StoredMapping[] = await this.dataSource.query(
      `select ${VERSION}, document from feed.mapping
       where provider_id = $1 and name = $2 and ($3::integer is null or version = $3) order by version desc limit 1`,
      [provider, name, version],
    );
    return rows[0] ?? null;
  }

  /** @returns 0 where there is no such mapping */
  async latestVersion(provider: string, name: string): Promise<number> {
    const [row]: { version: number | null }[] = await this.dataSource.query(
      'select max(version) as version from feed.mapping where provider_id = $1 and name = $2',
      [provider, name],
    );
    return row?.version ?? 0;
  }
}

async function checkRoom(manager: EntityManager, provider: string): Promise<void> {
  const [row]: { names: number }[] = await manager.query(
    'select count(distinct name)::integer as names from feed.mapping where provider_id = $1',
    [provider],
  );
  if (row!.names < NAMES_MAX) return;
  throw new AppError('TOO_LARGE', `a provider has at most ${NAMES_MAX} mappings`);
}
