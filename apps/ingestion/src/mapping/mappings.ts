import { Injectable } from '@nestjs/common';
import { AppError } from '#domain';
import { MappedForm } from './mapped-form';
import { MappingRepository, type StoredMapping } from './mapping.repository';
import { readMapping } from './read-mapping';

/** Forms that are kept ready; to make one takes about a millisecond. */
const FORMS_MAX = 100;
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** A name, and the version after an at sign; without it the latest is meant. */
const REFERENCE = /^([^@]*)(?:@([1-9][0-9]{0,5}))?$/;

/** @throws AppError INVALID_INPUT */
export function checkMappingName(name: string): void {
  if (NAME.test(name)) return;
  throw new AppError(
    'INVALID_INPUT',
    'the name of a mapping has up to 63 of a-z, 0-9, dot, hyphen and underscore, a letter or digit first',
  );
}

/** A mapping as it is asked for. */
interface Reference {
  readonly name: string;
  readonly version: number | null;
}

function parseReference(text: string): Reference {
  const [, name = '', version] = REFERENCE.exec(text) ?? [];
  checkMappingName(name);
  return { name, version: version === undefined ? null : Number(version) };
}

/** The mappings of providers, ready to be applied. */
@Injectable()
export class Mappings {
  /** In the order of last use. A version never changes, so none grows old. */
  private readonly ready = new Map<string, MappedForm>();

  constructor(private readonly repository: MappingRepository) {}

  /**
   * @param reference such as `core-export`, or `core-export@3` for that version
   * @throws AppError INVALID_INPUT where it is none, NOT_FOUND
   */
  async find(provider: string, reference: string): Promise<StoredMapping> {
    const { name, version } = parseReference(reference);
    const found = await this.repository.find(provider, name, version);
    if (found === null) throw notThere();
    return found;
  }

  /** The version that is meant. @throws as `find` does */
  async versionOf(provider: string, reference: string): Promise<{ name: string; version: number }> {
    const { name, version } = parseReference(reference);
    const meant = version ?? (await this.repository.latestVersion(provider, name));
    if (meant === 0) throw notThere();
    return { name, version: meant };
  }

  /** How rows are read by a mapping. @throws as `find` does */
  async formOf(provider: string, reference: string): Promise<MappedForm> {
    const { name, version } = await this.versionOf(provider, reference);
    const key = `${provider}\n${name}\n${version}`;
    let form = this.ready.get(key);
    if (form === undefined) {
      const { document } = await this.find(provider, `${name}@${version}`);
      form = new MappedForm(readMapping(document));
    }
    this.ready.delete(key);
    this.ready.set(key, form);
    if (this.ready.size > FORMS_MAX) this.ready.delete(this.ready.keys().next().value!);
    return form;
  }
}

const notThere = (): AppError => new AppError('NOT_FOUND', 'there is no such mapping, or version');
