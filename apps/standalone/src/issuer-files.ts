import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type DemoPerson, newDemoPeople, parsePeople } from '#identity';
import { issuerFile, makePrivate, peopleFile, readIfThere, writePrivateFile } from './private-file';

const COOKIE_SECRET_BYTES = 32;

/**
 * What the local issuer signs with, and whom it lets in: made at the first start, and kept.
 *
 * @returns the people, where they were just made
 * @throws AppError INVALID_INPUT where the file of people is none; UNAVAILABLE where one cannot be read or written
 */
export async function openIssuerFiles(dataFolder: string): Promise<readonly DemoPerson[] | null> {
  const secrets = issuerFile(dataFolder);
  if ((await readIfThere(secrets)) === null) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const content = {
      signingKey: privateKey.export({ format: 'jwk' }),
      cookieSecret: randomBytes(COOKIE_SECRET_BYTES).toString('base64url'),
    };
    await writePrivateFile(secrets, `${JSON.stringify(content, null, 2)}\n`);
  } else {
    await makePrivate(secrets);
  }
  const file = peopleFile(dataFolder);
  const text = await readIfThere(file);
  if (text !== null) {
    parsePeople(text, file);
    await makePrivate(file);
    return null;
  }
  const people = newDemoPeople();
  await writePrivateFile(file, `${JSON.stringify(people, null, 2)}\n`);
  return people;
}
