import { randomUUID } from 'node:crypto';
import { MEDIA_TYPES } from './artifact-kinds';
import { HarborError } from './errors';
import type { Artifact, Finding, Project, ScanReport } from './model';
import { NEVER } from './model';
import type { World } from './world';

/** What the recorded adapter called itself. */
export const SCANNER = { name: 'Recorded', vendor: 'Berth tests', version: '1.0' };

const REPORT = 'application/vnd.security.vulnerability.report; version=1.1';
const SEVERITIES = ['None', 'Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'];
/** As long as the recorded scans took. */
const SCAN_SECONDS = 2;
const MANIFESTS: readonly string[] = [MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest];

export const hasScanner = (world: World): boolean =>
  world.database.scanners.find(({ isDefault }) => isDefault) !== undefined;

/** What a scan looks at: the image itself, or the images of an index. Empty: nothing can be scanned. */
function partsOf(world: World, artifact: Artifact): Artifact[] {
  if (artifact.type !== 'IMAGE') return [];
  if (MANIFESTS.includes(artifact.manifestMediaType)) return [artifact];
  return artifact.references.flatMap(({ childId }) => {
    const child = world.database.artifacts.get(childId);
    return child ? partsOf(world, child) : [];
  });
}

export const isScannable = (world: World, artifact: Artifact): boolean =>
  hasScanner(world) && partsOf(world, artifact).length > 0;

const reportOf = (world: World, digest: string): ScanReport | undefined =>
  world.database.scanReports.find((report) => report.digest === digest);

/** One of each part, or none at all. */
function reportsOf(world: World, artifact: Artifact): ScanReport[] {
  const reports = partsOf(world, artifact).map(({ digest }) => reportOf(world, digest));
  const found = reports.filter((report) => report !== undefined);
  return found.length === reports.length ? found : [];
}

const endOf = ({ startedAt }: ScanReport): number => Date.parse(startedAt) + SCAN_SECONDS * 1000;
const isPending = (report: ScanReport): boolean => Date.now() < endOf(report);

/** A report is of a digest, in whichever project. What the scanner finds is told by PUT /sandbox/findings/{digest}. */
export function startScan(world: World, artifact: Artifact): void {
  const { scanReports, findings } = world.database;
  const parts = partsOf(world, artifact);
  if (parts.some(({ digest }) => scanReports.find((one) => one.digest === digest && isPending(one)))) {
    throw new HarborError('CONFLICT', 'a previous scan process is Pending');
  }
  for (const { digest } of parts) {
    scanReports.deleteWhere((report) => report.digest === digest);
    const found = findings.find((one) => one.digest === digest)?.found ?? [];
    scanReports.insert((id) => ({ id, digest, reportId: randomUUID(), startedAt: world.now(), found }));
  }
}

export function scanAfterPush(world: World, project: Project, artifact: Artifact): void {
  if (project.metadata.auto_scan !== 'true' || !isScannable(world, artifact)) return;
  if (!reportsOf(world, artifact).some(isPending)) startScan(world, artifact);
}

export function scanOverviewOf(world: World, artifact: Artifact): Record<string, unknown> | undefined {
  const reports = reportsOf(world, artifact);
  const [first] = reports;
  if (first === undefined || !hasScanner(world)) return undefined;
  if (reports.some(isPending)) {
    const times = { start_time: NEVER, end_time: NEVER };
    return { [REPORT]: { ...times, report_id: first.reportId, scan_status: 'Pending' } };
  }
  const found = reports.flatMap((report) => report.found);
  const counts: Record<string, number> = {};
  for (const { severity } of found) counts[severity] = (counts[severity] ?? 0) + 1;
  const overview = {
    complete_percent: 100,
    duration: SCAN_SECONDS,
    start_time: seconds(Date.parse(first.startedAt)),
    end_time: seconds(endOf(first)),
    report_id: first.reportId,
    scan_status: 'Success',
    scanner: SCANNER,
    severity: worstOf(found),
    summary: {
      fixable: found.filter(({ fix_version: repaired }) => repaired !== '').length,
      summary: counts,
      total: found.length,
    },
  };
  return { [REPORT]: overview };
}

const seconds = (atMs: number): string => new Date(Math.floor(atMs / 1000) * 1000).toISOString();

/** `{}` where it was never scanned, or is being. */
export function reportShown(world: World, artifact: Artifact): Record<string, unknown> {
  const reports = reportsOf(world, artifact);
  const [first] = reports;
  if (first === undefined || reports.some(isPending)) return {};
  const found = reports.flatMap((report) => report.found);
  return {
    [REPORT]: {
      generated_at: new Date(endOf(first)).toISOString(),
      scanner: SCANNER,
      severity: worstOf(found),
      vulnerabilities: reports.flatMap((report) => report.found.map((one) => showFinding(report, one))),
    },
  };
}

function showFinding({ digest }: ScanReport, found: Finding): unknown {
  return {
    ...found,
    status: '',
    links: found.links.length > 0 ? found.links : [''],
    artifact_digests: [digest],
    preferred_cvss: { score_v3: null, score_v2: null, vector_v3: '', vector_v2: '' },
    cwe_ids: [''],
    vendor_attributes: null,
  };
}

const rankOf = (severity: string): number => SEVERITIES.indexOf(severity);

const worstOf = (found: Finding[]): string =>
  found.reduce((worst, { severity }) => (rankOf(severity) > rankOf(worst) ? severity : worst), 'None');

export const severityNamed = (text: string): string | undefined =>
  SEVERITIES.find((severity) => severity.toLowerCase() === text.toLowerCase());

/**
 * The policy `prevent_vul` (src/server/middleware/vulnerable): GET and HEAD of a manifest are 412. An index is let
 * through once it was scanned, its images are not. The sandbox keeps no allowlist.
 */
export function requirePullable(world: World, project: Project, artifact: Artifact): void {
  if (project.metadata.prevent_vul !== 'true' || !isScannable(world, artifact)) return;
  const limit = severityNamed(project.metadata.severity ?? '') ?? 'Low';
  const policy = `cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "${limit}" or higher from running.' To continue with pull, please contact your project administrator`;
  const reports = reportsOf(world, artifact);
  if (reports.length === 0) {
    throw violation(`current image without vulnerability scanning ${policy} for help.`);
  }
  if (!MANIFESTS.includes(artifact.manifestMediaType)) return;
  if (reports.some(isPending)) {
    throw violation(`current image with "Pending" status of vulnerability scanning ${policy} for help.`);
  }
  const found = reports.flatMap((report) => report.found);
  if (found.length === 0 || rankOf(worstOf(found)) < rankOf(limit)) return;
  const things = found.length > 1 ? 'vulnerabilities' : 'vulnerability';
  throw violation(
    `current image with ${found.length} ${things} ${policy} to exempt matched vulnerabilities through configuring the CVE allowlist.`,
  );
}

const violation = (message: string): HarborError => new HarborError('PROJECTPOLICYVIOLATION', message);
