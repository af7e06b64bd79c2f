import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Draining } from '../common/draining';
import { DEPENDENCIES, type Dependency } from './dependency';
import { DependencyWatch, type DependencyState } from './dependency-watch';
import type { ReadinessDto } from './dto/health.dto';

@Injectable()
export class ReadinessService {
  private readonly watches: readonly DependencyWatch[];

  constructor(
    @Inject(DEPENDENCIES) dependencies: readonly Dependency[],
    clock: Clock,
    private readonly draining: Draining,
  ) {
    this.watches = dependencies.map((dependency) => new DependencyWatch(dependency, clock));
  }

  /** Whether requests should be sent to this replica. Never rejects; bounded by the watches' deadline. */
  async observe(): Promise<ReadinessDto> {
    const states = await Promise.all(
      this.watches.map(async (watch) => ({ isVital: watch.isVital, ...(await watch.state()) })),
    );
    return { status: this.statusOf(states), dependencies: states.map(toDto) };
  }

  private statusOf(states: readonly (DependencyState & { isVital: boolean })[]): ReadinessDto['status'] {
    if (this.draining.isBegun) return 'stopping';
    const down = states.filter(({ state }) => state === 'down');
    if (down.some(({ isVital }) => isVital)) return 'unavailable';
    return down.length > 0 ? 'degraded' : 'ready';
  }
}

function toDto({
  name,
  state,
  since,
  checkedAt,
  code,
}: DependencyState): ReadinessDto['dependencies'][number] {
  return { name, state, since: since.toISOString(), checkedAt: checkedAt.toISOString(), code };
}
