import { Clock } from '../common/clock';
import { Draining } from '../common/draining';
import { DomainError } from '../common/errors';
import type { Dependency } from './dependency';
import { ReadinessService } from './readiness.service';

const up = async (): Promise<void> => Promise.resolve();
const broken = async (): Promise<void> => Promise.reject(new Error('mysql://berth:secret@db refused'));
const outage = async (): Promise<void> =>
  Promise.reject(new DomainError('upstream-unavailable', 'directory.unavailable'));
const silent = async (): Promise<void> => new Promise(() => undefined);

function readiness(database: Dependency['check'], directory: Dependency['check']): ReadinessService {
  return new ReadinessService(
    [
      { name: 'database', isVital: () => true, check: database },
      { name: 'directory', isVital: () => false, check: directory },
    ],
    new Clock(),
    new Draining(),
  );
}

describe('readiness', () => {
  it.each([
    ['everything answers', up, up, 'ready'],
    ['only the directory is away', up, outage, 'degraded'],
    ['the database is away', broken, up, 'unavailable'],
    ['both are away', broken, outage, 'unavailable'],
  ])('when %s', async (_, database, directory, status) => {
    expect((await readiness(database, directory).observe()).status).toBe(status);
  });

  it('tells why by a code, never by the error’s text', async () => {
    const { dependencies } = await readiness(broken, outage).observe();
    expect(dependencies.map(({ code }) => code)).toEqual(['unavailable', 'directory.unavailable']);
    expect(JSON.stringify(dependencies)).not.toContain('secret');
  });

  it('waits one second for an answer and no longer', async () => {
    jest.useFakeTimers();
    const observed = readiness(up, silent).observe();
    await jest.advanceTimersByTimeAsync(1_000);
    expect((await observed).dependencies[1]).toMatchObject({ state: 'down', code: 'unavailable' });
    jest.useRealTimers();
  });
});
