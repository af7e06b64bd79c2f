import type { EntityManager } from 'typeorm';
import { Image } from './image.entity';

/** The image as it is, and nobody changes it before the transaction ends; null when it is absent. */
export async function lockImage(manager: EntityManager, id: string): Promise<Image | null> {
  await manager.update(Image, { id }, { version: () => 'version' });
  return manager.findOneBy(Image, { id });
}
