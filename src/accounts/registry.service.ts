import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isOutage } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import { MOVABLE_TAGS } from '../tag-rule/tag-rule';
import type { RegistryDto } from './dto/registry.dto';

const REMEMBERED_MS = 5_000;

@Injectable()
export class RegistryService {
  private readonly remembered = new LRUCache<'registry', RegistryDto>({ max: 1, ttl: REMEMBERED_MS });

  constructor(
    private readonly harbor: HarborClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The registry as people need to know it, at most 5 s old. Says `reachable: false` while Harbor is away. */
  async get(): Promise<RegistryDto> {
    const remembered = this.remembered.get('registry');
    if (remembered !== undefined) return remembered;
    const registry = await this.observe();
    this.remembered.set('registry', registry);
    return registry;
  }

  private async observe(): Promise<RegistryDto> {
    const known = {
      address: this.config.registry.address,
      webUrl: this.config.harbor.url,
      tagRule: { movable: MOVABLE_TAGS },
    };
    try {
      const { version, readOnly } = await this.harbor.system();
      return { ...known, version, reachable: true, readOnly };
    } catch (error) {
      if (!isOutage(error)) throw error;
      return { ...known, version: null, reachable: false, readOnly: null };
    }
  }
}
