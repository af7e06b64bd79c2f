import * as fc from 'fast-check';
import { harborEmail, personalNames, sharedNameRefusal } from './project-name';

const HARBOR_NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
/** As Harbor checks it (`src/server/v2.0/handler/user.go`): a local part without special characters, and a domain that ends in letters. */
const HARBOR_EMAIL = /^[^<>()[\]\\.,;:\s@"]+(?:\.[^<>()[\]\\.,;:\s@"]+)*@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}$/;

/** Usernames of every kind, those that look like names that Berth makes among them. */
const usernames = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme' }),
  fc.stringMatching(/^[a-zA-Z0-9._@ -]{0,70}$/),
  fc.stringMatching(/^[a-c]{0,2}[._-]?h?[.-]?[a-z2-7]{0,13}$/),
  fc.string({ unit: 'grapheme' }).map((name) => personalNames(name, '').harborUsername),
);

/** Directories compare login names without case and without compatibility forms. */
function asDirectoriesCompare(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}

function nameOf(username: string): string {
  return personalNames(username, 'user-').harborUsername;
}

describe('personalNames', () => {
  it.each(['liuyizhou', 'li.wei-2', 'a', '0', 'a_b', 'admin', 'x'.repeat(64)])(
    'keeps %s as it is',
    (username) => {
      expect(personalNames(username, 'user-')).toEqual({
        project: `user-${username}`,
        harborUsername: username,
      });
    },
  );

  it.each([
    ['Zoë', 'zoe.h-ce37w74hy4gl'],
    ['ada@corp.example.com', 'ada-corp-example-com.h-'],
    ['刘一舟', 'person.h-'],
    ['li--wei', 'li-wei.h-'],
    ['a:b', 'a-b.h-'],
    ['', 'person.h-'],
    [' lead', 'lead.h-'],
    ['li wei', 'li-wei.h-'],
    ['-', 'person.h-'],
    ['x'.repeat(65), `${'x'.repeat(40)}.h-`],
    [`${'x'.repeat(39)} yy`, `${'x'.repeat(39)}.h-`],
    ['liu.h-abcdefghijkl', 'liu-h-abcdefghijkl.h-'],
  ])('makes of %j something readable with a hash', (username, beginning) => {
    expect(nameOf(username).slice(0, beginning.length)).toBe(beginning);
    expect(nameOf(username)).toMatch(/\.h-[a-z2-7]{12}$/);
  });

  it.each([
    ['Bob', 'bob'],
    ['ZOË', 'zoë'],
    ['Zoe\u0308', 'Zo\u00eb'],
    ['ｂｏｂ', 'bob'],
  ])('gives %s and %s, which a directory takes for one name, the same names', (one, other) => {
    expect(personalNames(one, 'user-')).toEqual(personalNames(other, 'user-'));
  });

  it('gives only names that Harbor accepts', () => {
    fc.assert(
      fc.property(usernames, (username) => {
        const { project, harborUsername } = personalNames(username, 'user-');
        expect(project).toMatch(HARBOR_NAME);
        expect(harborUsername).toMatch(HARBOR_NAME);
        expect(harborUsername.length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 3000 },
    );
  });

  it('never gives two people the same names', () => {
    fc.assert(
      fc.property(fc.uniqueArray(usernames, { selector: asDirectoriesCompare, maxLength: 40 }), (people) => {
        expect(new Set(people.map(nameOf)).size).toBe(people.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives nobody the name that was made for another, though it were his username', () => {
    fc.assert(
      fc.property(usernames, (username) => {
        const made = nameOf(username);
        fc.pre(made !== asDirectoriesCompare(username));
        expect(nameOf(made)).not.toBe(made);
      }),
    );
  });
});

describe('harborEmail', () => {
  it('is an address that Harbor accepts, for everybody', () => {
    const longest = `${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(61)}.invalid`;
    fc.assert(
      fc.property(
        usernames,
        fc.constantFrom('berth.invalid', 'people.example.com', longest),
        (username, domain) => {
          const email = harborEmail(nameOf(username), domain);
          expect(email).toMatch(HARBOR_EMAIL);
          expect(email.length).toBeLessThanOrEqual(255);
        },
      ),
    );
  });
});

describe('sharedNameRefusal', () => {
  it.each(['team-vision', 'a', '7', '12345', 'a.b_c-d', 'users', 'user', 'x'.repeat(255)])(
    'takes %s',
    (name) => {
      expect(sharedNameRefusal(name, 'user-')).toBeNull();
    },
  );

  it.each([
    '',
    'Team',
    'team/vision',
    '-team',
    'team-',
    'team--vision',
    'team vision',
    '团队',
    'a\n',
    'x'.repeat(256),
  ])('refuses %j as no name', (name) => {
    expect(sharedNameRefusal(name, 'user-')).toBe('not-a-name');
  });

  it.each(['user-ada', 'user-x', 'library'])('keeps %s reserved', (name) => {
    expect(sharedNameRefusal(name, 'user-')).toBe('reserved');
  });

  it('never takes a name that could be a personal project’s', () => {
    fc.assert(
      fc.property(usernames, (username) => {
        expect(sharedNameRefusal(personalNames(username, 'user-').project, 'user-')).toBe('reserved');
      }),
    );
  });
});
