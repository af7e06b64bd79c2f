import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { aboutProject } from '../../changes/change-key';
import { ChangeMarks } from '../../changes/change-marks';
import { atMost } from '../../common/at-most';
import { ProjectsService } from '../../projects/projects.service';

/** Nothing else is forgotten sooner: a project made again under its name has another id within this time. */
const REMEMBERED = { ...atMost(10_000), ttl: 5_000 };
/** What is asked for all the time is read again before it is forgotten, so that nobody waits for it. */
const READ_AGAIN_MS = 2_000;

interface Kept {
  id: number;
  mark: number;
  readAtMs: number;
}

/** Which projects Berth keeps, asked for with each webhook and each row of the audit log. */
@Injectable()
export class KeptProjects {
  private readonly logger = new Logger(KeptProjects.name);
  private readonly kept = new LRUCache<string, Kept>(REMEMBERED);
  private readonly readings = new Map<string, Promise<number | null>>();

  constructor(
    private readonly projects: ProjectsService,
    private readonly marks: ChangeMarks,
  ) {}

  /** Harbor's id of the project that Berth made under this name; null when it made none. */
  async harborIdOf(name: string): Promise<number | null> {
    return this.recallHarborId(name) ?? this.read(name);
  }

  /** As `harborIdOf`, without asking; null: it has to be asked for. */
  recallHarborId(name: string): number | null {
    const kept = this.kept.get(name);
    if (kept === undefined || !this.marks.isUnchanged([aboutProject(name)], kept.mark)) return null;
    if (performance.now() - kept.readAtMs > READ_AGAIN_MS) {
      this.read(name).catch((error: unknown) => {
        this.logger.debug({ msg: 'a project could not be read again', project: name, err: error });
      });
    }
    return kept.id;
  }

  private async read(name: string): Promise<number | null> {
    const running = this.readings.get(name);
    if (running !== undefined) return running;
    const reading = this.readNow(name).finally(() => this.readings.delete(name));
    this.readings.set(name, reading);
    return reading;
  }

  private async readNow(name: string): Promise<number | null> {
    const mark = this.marks.mark();
    const id = (await this.projects.findByName(name))?.harborProjectId ?? null;
    if (id === null) this.kept.delete(name);
    else this.kept.set(name, { id, mark, readAtMs: performance.now() });
    return id;
  }
}
