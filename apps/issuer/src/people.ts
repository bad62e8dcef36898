import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#domain';
import { type DemoPerson, parsePeople, PEOPLE_FILE } from '#identity';

/** So many wrong passwords in a row, and that person has to wait. */
const WRONG_IN_A_ROW_MAX = 5;
const WAIT_MS = 30_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
/** What a name that nobody has is compared with: it takes as long. */
const NOBODY = digest('');

/** The demo people, and whether a password is theirs. */
export class People {
  private readonly byLogin: ReadonlyMap<string, DemoPerson>;
  private readonly wrong = new Map<string, { inARow: number; waitUntilMs: number }>();

  constructor(people: readonly DemoPerson[]) {
    this.byLogin = new Map(people.map((person) => [person.login, person]));
  }

  /** @throws AppError INVALID_INPUT where the file is missing, or is none */
  static fromFolder(folder: string): People {
    let text: string;
    try {
      text = readFileSync(join(folder, PEOPLE_FILE), 'utf8');
    } catch (cause) {
      throw new AppError('INVALID_INPUT', `${PEOPLE_FILE} cannot be read`, [], { cause });
    }
    return new People(parsePeople(text, PEOPLE_FILE));
  }

  find(login: string): DemoPerson | null {
    return this.byLogin.get(login) ?? null;
  }

  /** @returns whom it lets in; null where name and password are nobody's, or that person has to wait */
  signIn(login: string, password: string, nowMs: number): DemoPerson | null {
    const person = this.find(login);
    const expected = person === null ? NOBODY : digest(person.password);
    const isRight = timingSafeEqual(digest(password), expected) && person !== null;
    if (person === null) return null;
    const wrong = this.wrong.get(login) ?? { inARow: 0, waitUntilMs: 0 };
    if (nowMs < wrong.waitUntilMs) return null;
    if (isRight) {
      this.wrong.delete(login);
      return person;
    }
    const inARow = wrong.inARow + 1;
    const hasToWait = inARow >= WRONG_IN_A_ROW_MAX;
    this.wrong.set(login, {
      inARow: hasToWait ? 0 : inARow,
      waitUntilMs: hasToWait ? nowMs + WAIT_MS : 0,
    });
    return null;
  }
}
