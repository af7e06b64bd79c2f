import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ProjectsService } from '../projects/projects.service';

/** Nothing else is forgotten sooner: a project made again under its name has another id within this time. */
const REMEMBERED = { max: 10_000, ttl: 5_000 };

/** Which projects Berth keeps, asked for with each webhook and each row of the audit log. */
@Injectable()
export class KeptProjects {
  private readonly ids = new LRUCache<string, number>(REMEMBERED);

  constructor(private readonly projects: ProjectsService) {}

  /** Harbor's id of the project that Berth made under this name; null when it made none. */
  async harborIdOf(name: string): Promise<number | null> {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = (await this.projects.findByName(name))?.harborProjectId ?? null;
    if (id !== null) this.ids.set(name, id);
    return id;
  }
}
