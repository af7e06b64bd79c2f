import { imageConfig } from './image-config';
import { scanOf } from './scan-overview';

const REPORT = 'application/vnd.security.vulnerability.report; version=1.1';

/** Shapes as in test/contract/recordings/scans-2.15.2.json. */
describe('scanOf', () => {
  it('reads a scan that is done', () => {
    const summary = { fixable: 1, summary: { High: 1, Low: 1 }, total: 2 };
    expect(scanOf({ [REPORT]: { scan_status: 'Success', severity: 'High', summary } })).toEqual({
      status: 'Success',
      severity: 'High',
      counts: { High: 1, Low: 1 },
      total: 2,
      fixable: 1,
    });
  });

  it('says no severity of one that is not', () => {
    expect(scanOf({ [REPORT]: { scan_status: 'Pending' } })).toMatchObject({
      status: 'Pending',
      severity: null,
      total: 0,
    });
  });

  it.each([[undefined], [null], [{}]])('is null of %j', (overview) => {
    expect(scanOf(overview)).toBeNull();
  });
});

describe('imageConfig', () => {
  it('leaves out what has not the shape of a config, and throws at nothing', () => {
    const config = { Env: ['A=1', 2], Entrypoint: 'sh', ExposedPorts: ['80'], Labels: { a: 'b', c: 1 } };
    expect(imageConfig({ created: 'never', config })).toEqual({
      createdAt: null,
      env: ['A=1'],
      entryPoint: [],
      command: [],
      exposedPorts: [],
      labels: { a: 'b' },
    });
    expect(imageConfig({ created: '0001-01-01T00:00:00Z', config: null }).createdAt).toBeNull();
    expect(imageConfig({ created: '1970-01-01T00:00:00Z' }).createdAt).toBeNull();
    expect(imageConfig({ created: '2026-01-01T00:00:00Z' }).createdAt).toEqual(new Date('2026-01-01'));
  });
});
