import type { MessageCode, MessageParams } from '../common/messages.en';
import type { ArtifactKind, Platform } from '../harbor/harbor.types';
import type { ImageRight } from './sharing/known-rights';
import { fits, platformName } from './site-platforms';
import type { TagRecord } from '../tag-rule/tag-record.entity';

export interface ImageWarning {
  code: MessageCode;
  params: MessageParams;
}

/** What a person should know before a job runs it. `sitePlatforms` are `os/architecture[/variant]` of the nodes. */
export function imageWarnings(
  kind: ArtifactKind,
  platforms: readonly Platform[],
  sitePlatforms: readonly string[],
): ImageWarning[] {
  if (kind === 'helm-chart' || kind === 'other') return [{ code: 'image.warning.not-an-image', params: {} }];
  const names = platforms.map(platformName);
  if (names.length === 0 || names.some((name) => sitePlatforms.some((site) => fits(name, site)))) return [];
  const params = { platforms: names.join(', '), sitePlatforms: sitePlatforms.join(', ') };
  return [{ code: 'image.warning.platform', params }];
}

/** What a person should know of his right to run it. */
export function rightWarnings(
  { right, ownerHasLeft }: { right?: ImageRight | undefined; ownerHasLeft?: boolean },
  project: string,
): ImageWarning[] {
  const codes: MessageCode[] = [
    ...(right === 'none' ? (['image.warning.no-right'] as const) : []),
    ...(right === 'unknown' ? (['image.warning.right-unknown'] as const) : []),
    ...(right === 'jobs-only' ? (['image.warning.jobs-only'] as const) : []),
    ...(ownerHasLeft === true ? (['image.warning.owner-left'] as const) : []),
  ];
  return codes.map((code) => ({ code, params: { project } }));
}

/** What a person should know of the tag: that it was moved, is gone, or that what it was is gone. */
export function recordWarnings(record: TagRecord | null): ImageWarning[] {
  if (record === null) return [];
  const { tag, state, recordedDigest, currentDigest, recordedGone, retiredAt } = record;
  // Of what was deleted through Berth nobody wonders where it is.
  const collected: ImageWarning[] =
    recordedGone && retiredAt === null
      ? [{ code: 'image.warning.recorded-gone', params: { tag, recordedDigest: recordedDigest ?? '' } }]
      : [];
  if (state === 'gone') return [{ code: 'image.warning.gone', params: { tag } }, ...collected];
  if (state !== 'moved') return collected;
  const params = { tag, recordedDigest: recordedDigest ?? '', currentDigest: currentDigest ?? '' };
  return [{ code: 'image.warning.tag-moved', params }, ...collected];
}
