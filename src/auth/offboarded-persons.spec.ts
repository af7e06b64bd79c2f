import type { DataSource } from 'typeorm';
import { Clock } from '../common/clock';
import { dataSourceOptions, openDataSource } from '../database/data-source';
import { OffboardedPersons } from './offboarded-persons';
import { Person } from './person.entity';

describe('OffboardedPersons', () => {
  let dataSource: DataSource;

  beforeEach(async () => {
    dataSource = await openDataSource(dataSourceOptions({ type: 'sqlite', path: ':memory:' }));
  });
  afterEach(async () => {
    await dataSource.destroy();
  });

  const offboard = async (id: string, offboardedAt: Date | null) =>
    dataSource.manager.save(Person, {
      id,
      directoryId: id,
      username: id,
      usernameKey: id,
      displayName: id,
      email: null,
      createdAt: new Date(),
      seenAt: new Date(),
      absences: 0,
      offboardedAt,
      offboardingChangedAt: new Date(),
    });

  it('knows who is offboarded, and who came back', async () => {
    const persons = new OffboardedPersons(dataSource.getRepository(Person), new Clock());
    expect(await persons.isEmpty()).toBe(true);
    await offboard('ada', new Date());
    persons.expire();
    expect([await persons.has('ada'), await persons.has('grace')]).toEqual([true, false]);
    await offboard('ada', null);
    persons.expire();
    expect([await persons.has('ada'), await persons.isEmpty()]).toEqual([false, true]);
  });

  it('keeps what it knew while the database fails, and holds nobody up while it hangs', async () => {
    const repository = dataSource.getRepository(Person);
    const persons = new OffboardedPersons(repository, new Clock());
    await offboard('ada', new Date());
    expect(await persons.has('ada')).toBe(true);
    const find = jest.spyOn(repository, 'find');
    find.mockRejectedValueOnce(new Error('the database is away'));
    persons.expire();
    expect([await persons.has('ada'), await persons.has('grace')]).toEqual([true, false]);
    find.mockReturnValueOnce(new Promise(() => undefined));
    persons.expire();
    expect([await persons.has('ada'), await persons.has('grace')]).toEqual([true, false]);
  });
});
