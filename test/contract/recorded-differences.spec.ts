import { isPush, recordingOf } from './recordings';
import type { Recorded, RecordedVersion } from './recordings';

/**
 * Where older versions answered the same request otherwise than 2.15.2, for which the sandbox stands. `status`
 * says both; `shape` means fields or types; `headers` which were there on one side only; what was recorded on
 * 2.15.2 alone is `absent`, a section that is missing as a whole is named once.
 */
const DIFFERENCES: Record<Exclude<RecordedVersion, '2.15.2'>, Record<string, string>> = {
  '2.12.4': {
    'system: systeminfo anonymous': 'shape',
    'audit log: newest artifact events': 'shape',
    'audit log: pushes since': 'shape',
    'audit log: of a project': 'shape',
    'audit log: audit log as plain user': 'shape',
    'audit log: audit log ext (newer Harbor)': 'status 200, was 404',
    'the registry protocol: put manifest under a malformed tag': 'status 400, was 404',
    'a robot as the service account: robot: get user': 'status 200, was 403',
    'a robot as the service account: robot: reset password': 'status 200, was 403',
    'a robot as the service account: robot: reset password of the first admin': 'status 400, was 403',
    'a robot as the service account: robot: create project robot, pull': 'status 201, was 403',
    'a robot as the service account: robot: refresh secret of a robot it made': 'status 200, was 422',
    'a robot as the service account: robot: list project robots': 'shape',
    'a robot as the service account: robot: get the project robot': 'absent',
    'a robot as the service account: robot: disable the project robot': 'absent',
    'a robot as the service account: admin: disable the project robot': 'absent',
    'a robot as the service account: robot: delete project robot': 'absent',
    'a robot as the service account: robot: audit log': 'status 200, was 404',
    'a robot as the service account: robot: delete user': 'status 200, was 403',
    'audit log by cursor: newest row': 'status 200, was 404',
    'audit log by cursor: rows after the cursor': 'status 200, was 404',
    'audit log by cursor: rows after the cursor, artifacts and tags only': 'status 200, was 404',
    'audit log by cursor: rows after the cursor, creates and deletes only': 'status 200, was 404',
    'audit log by cursor: rows by their ids': 'status 200, was 404',
    'audit log by cursor: rows of the project': 'status 200, was 404',
    'audit log by cursor: event types': 'status 200, was 404',
  },
  '2.9.5': {
    'system: systeminfo anonymous': 'shape',
    'system: systeminfo as admin': 'shape',
    'artifacts: get artifact by tag': 'shape',
    'artifacts: get artifact by tag latest': 'shape',
    'artifacts: get artifact by digest': 'shape',
    'artifacts: get artifact of a nested repository, encoded twice': 'shape',
    'artifacts: get artifact of a nested repository, encoded once': 'shape',
    'artifacts: list artifacts with tags': 'shape',
    'artifacts: list artifacts that carry a tag': 'shape',
    'artifacts: list artifacts of the project': 'status 200, was 404',
    'the owner lifts the rule and moves a tag: tag v1.0.0 now': 'shape',
    'the owner lifts the rule and moves a tag: the digest v1.0.0 had': 'shape',
    'robots: list project robots': 'shape',
    'robots: list system robots': 'shape',
    'robots: get robot': 'shape',
    'audit log: newest artifact events': 'shape',
    'audit log: pushes since': 'shape',
    'audit log: of a project': 'shape',
    'audit log: audit log as plain user': 'shape',
    'audit log: audit log ext (newer Harbor)': 'status 200, was 404',
    names: 'absent',
    'the registry protocol': 'absent',
    'kinds of artifacts': 'absent',
    'narrowing the rule for one tag': 'absent',
    'putting a tag back in one step': 'absent',
    'a project page by page': 'absent',
    'a robot as the service account': 'absent',
    'audit log by cursor': 'absent',
    'read-only mode': 'absent',
    'removal: delete repository narrow': 'absent',
    'removal: delete repository proto': 'absent',
    'removal: delete repository multi': 'absent',
    'removal: delete repository docker': 'absent',
    'removal: delete repository charts%252Fmyapp': 'absent',
  },
};

function byName(version: RecordedVersion): Map<string, Map<string, Recorded>> {
  const sections = Object.entries(recordingOf(version).sections);
  return new Map(sections.map(([section, all]) => [section, new Map(all.map((one) => [one.name, one]))]));
}

function differences(older: RecordedVersion): Record<string, string> {
  const found: Record<string, string> = {};
  const olderSections = byName(older);
  for (const [section, exchanges] of byName('2.15.2')) {
    const olderExchanges = olderSections.get(section);
    if (!olderExchanges) found[section] = 'absent';
    else {
      for (const [name, recorded] of exchanges) {
        const difference = differenceOf(recorded, olderExchanges.get(name));
        if (difference !== null) found[`${section}: ${name}`] = difference;
      }
    }
  }
  return found;
}

function differenceOf(recorded: Recorded, older: Recorded | undefined): string | null {
  if (!older) return 'absent';
  if (isPush(recorded) || isPush(older)) return isSamePush(recorded, older) ? null : 'other words';
  const [now, then] = [recorded.response, older.response];
  if (now.status !== then.status) return `status ${now.status}, was ${then.status}`;
  if (shapeOf(now.body) !== shapeOf(then.body)) return 'shape';
  const headers = [...onlyIn(now.headers, then.headers), ...onlyIn(then.headers, now.headers)];
  return headers.length > 0 ? `headers ${headers.join(', ')}` : null;
}

const isSamePush = (a: Recorded, b: Recorded): boolean =>
  isPush(a) && isPush(b) && a.exit === b.exit && a.says === b.says;

const onlyIn = (a: Record<string, string>, b: Record<string, string>): string[] =>
  Object.keys(a).filter((name) => b[name] === undefined);

/** Field names and types; of a list, every shape that is in it. */
function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOf))].sort().join('|')}]`;
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const fields = Object.entries(value).map(([key, field]) => `${key}:${shapeOf(field)}`);
  return `{${fields.sort().join(',')}}`;
}

describe('what older versions of Harbor answered otherwise', () => {
  it.each(['2.12.4', '2.9.5'] as const)('is listed by name for %s', (version) => {
    expect(differences(version)).toEqual(DIFFERENCES[version]);
  });
});
