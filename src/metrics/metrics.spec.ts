import { Logger } from '@nestjs/common';
import { Metrics } from './metrics';

const NAMED = { name: 'berth_rooms', help: 'Rooms', labels: ['state'] } as const;

describe('Metrics', () => {
  let metrics: Metrics;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(() => {
    metrics = new Metrics();
  });

  it('tell what was counted, set and measured', async () => {
    metrics.counter({ name: 'berth_guests_total', help: 'Guests' }).inc(3);
    metrics.gauge({ ...NAMED, name: 'berth_free' }).set({ state: 'clean' }, 4);
    metrics.histogram({ name: 'berth_stay_seconds', help: 'Stays' }).observe(0.2);
    const text = await metrics.render();
    expect(text).toContain('berth_guests_total 3\n');
    expect(text).toContain('berth_free{state="clean"} 4\n');
    expect(text).toContain('berth_stay_seconds_bucket{le="0.1"} 0\n');
    expect(text).toContain('berth_stay_seconds_bucket{le="0.25"} 1\n');
  });

  it('read a gauge when asked, and forget what is not named any more', async () => {
    let state = 'clean';
    metrics.readGauge(NAMED, async () => Promise.resolve([{ labels: { state }, value: 1 }]));
    expect(await metrics.render()).toContain('berth_rooms{state="clean"} 1\n');
    state = 'dirty';
    const text = await metrics.render();
    expect(text).toContain('berth_rooms{state="dirty"} 1\n');
    expect(text).not.toContain('clean');
  });

  it('are told without a gauge that cannot be read', async () => {
    metrics.counter({ name: 'berth_guests_total', help: 'Guests' }).inc();
    metrics.readGauge(NAMED, async () => Promise.reject(new Error('away')));
    metrics.readGauge({ name: 'berth_floors', help: 'Floors' }, () => {
      throw new Error('away');
    });
    const text = await metrics.render();
    expect(text).toContain('berth_guests_total 1\n');
    expect(text).not.toMatch(/^berth_(rooms|floors)/m);
  });

  it('wait two seconds for a gauge, and no longer', async () => {
    jest.useFakeTimers();
    try {
      metrics.readGauge(NAMED, async () => new Promise(() => undefined));
      const told = metrics.render();
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await told).not.toMatch(/^berth_rooms/m);
    } finally {
      jest.useRealTimers();
    }
  });

  it('of one process are not those of another', async () => {
    metrics.counter({ name: 'berth_guests_total', help: 'Guests' }).inc();
    expect(await new Metrics().render()).not.toContain('berth_guests_total');
  });
});
