import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isUniqueViolation } from '../database/database-errors';
import { Installation } from './installation.entity';

const ID = 'berth';

/** What all replicas on this database call themselves, and no other Berth does. Made when it is first asked for. */
export async function installationName(dataSource: DataSource): Promise<string> {
  const installations = dataSource.getRepository(Installation);
  const known = await installations.findOneBy({ id: ID });
  if (known !== null) return known.name;
  try {
    await installations.insert({ id: ID, name: uuidv7() });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  return (await installations.findOneByOrFail({ id: ID })).name;
}
