import type { components } from './harbor-api.generated';
import type { HarborScan } from './harbor.types';

type Overviews = components['schemas']['Artifact']['scan_overview'];

/** The scan of an artifact: Harbor keeps one a media type of report, and asked for none it sends the newest format. */
export function scanOf(overviews: Overviews): HarborScan | null {
  const [found] = Object.values(overviews ?? {});
  if (found?.scan_status === undefined) return null;
  const { scan_status: status, severity, summary } = found;
  return {
    status,
    severity: severity === undefined || severity === '' ? null : severity,
    counts: summary?.summary ?? {},
    total: summary?.total ?? 0,
    fixable: summary?.fixable ?? 0,
  };
}
