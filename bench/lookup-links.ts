import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Person } from '../src/auth/person.entity';
import { ownerAudience } from '../src/images/sharing/audience';
import { ImageAudience } from '../src/images/sharing/image-audience.entity';
import { Image } from '../src/images/image.entity';
import { Project } from '../src/projects/project.entity';
import { TagRecord } from '../src/tag-rule/tag-record.entity';
import { numbers } from './catalog-data';

const LINKS_A_PERSON = 200;
const ROWS_AT_ONCE = 200;

/** A link without its registry, and the person whose job asks for it. */
export interface AskedLink {
  name: string;
  username: string;
}

/**
 * Makes `size` links out of the one that is in the catalog: each with its record and its owner's image, 200 of each of
 * many people.
 */
export async function addLinks(dataSource: DataSource, size: number): Promise<AskedLink[]> {
  const { manager } = dataSource;
  const person = await manager.findOneByOrFail(Person, { username: 'p001' });
  const project = await manager.findOneByOrFail(Project, { name: 'user-p001' });
  const record = await manager.findOneByOrFail(TagRecord, { project: project.name });
  const image = await manager.findOneByOrFail(Image, { personId: person.id });
  const audience = await manager.findOneByOrFail(ImageAudience, { imageId: image.id });
  const links: AskedLink[] = [];
  for (let first = 0; first < size; first += LINKS_A_PERSON) {
    const username = `owner${first / LINKS_A_PERSON}`;
    const owner = { ...person, id: uuidv7(), directoryId: uuidv7(), username, usernameKey: username };
    const name = `user-${username}`;
    await manager.insert(Person, owner);
    await manager.insert(Project, { ...project, id: uuidv7(), name, ownerPersonId: owner.id });
    const rows = Array.from({ length: Math.min(LINKS_A_PERSON, size - first) }, (_, at) => {
      const tag = `v${at}`;
      const tagRecord = { ...record, id: uuidv7(), project: name, tag };
      const link = `${name}/${record.repository}:${tag}`;
      const ofOwner = { personId: owner.id, name: link };
      const own = { ...image, ...ofOwner, id: uuidv7(), project: name, tag, tagRecordId: tagRecord.id };
      const seen = { ...audience, ...ofOwner, imageId: own.id, audience: ownerAudience(owner.id) };
      links.push({ name: link, username });
      return { tagRecord, own, seen };
    });
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const some = rows.slice(from, from + ROWS_AT_ONCE);
      await manager.insert(
        TagRecord,
        some.map(({ tagRecord }) => tagRecord),
      );
      await manager.insert(
        Image,
        some.map(({ own }) => own),
      );
      await manager.insert(
        ImageAudience,
        some.map(({ seen }) => seen),
      );
    }
  }
  return links;
}

/** `count` of them, each drawn by Zipf's law: the first one twice as often as the second, and so on. */
export function drawByZipf<T>(all: readonly T[], count: number): T[] {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= all.length; rank += 1) sums.push((sum += 1 / rank));
  const random = numbers(7);
  return Array.from({ length: count }, () => {
    const wanted = random() * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    const drawn = all[low];
    if (drawn === undefined) throw new Error('nothing to draw from');
    return drawn;
  });
}
