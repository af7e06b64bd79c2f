import type { HarborScan } from '../../harbor/harbor.types';

/** As Harbor ranks what was found (src/pkg/scan/vuln/severity.go); what it does not know is the worst. */
const FOUND: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['unknown', 0],
  ['negligible', 1],
  ['low', 2],
  ['medium', 3],
  ['high', 4],
  ['critical', 5],
]);

/** Is all that was found milder than a project's limit? Then no exemption has to be known to say that it may be pulled. */
export function isMilder({ status, severity }: HarborScan, limit: string): boolean {
  const worst = severity === null ? undefined : FOUND.get(severity.toLowerCase());
  return status === 'Success' && worst !== undefined && worst < (FOUND.get(limit.toLowerCase()) ?? 0);
}
