import type { HarborAccessory, HarborArtifact } from '../../harbor/harbor.types';

/** What something is that belongs to an image. */
export type AccessoryKind = 'signature' | 'attestation' | 'sbom' | 'other';

/** Harbor knows these by their type alone. */
const BY_TYPE: readonly AccessoryKind[] = ['signature', 'sbom'];

/** Harbor calls every other referrer of OCI 1.1 this; what it is, its own manifest says. */
export function isPlainReferrer({ type }: Pick<HarborAccessory, 'type'>): boolean {
  return type === 'subject.accessory';
}

/** @param referrer the artifact of a plain referrer, as far as it was read */
export function accessoryKind(
  { type }: Pick<HarborAccessory, 'type'>,
  referrer: Pick<HarborArtifact, 'artifactType' | 'annotations'> | null,
): AccessoryKind {
  const known = BY_TYPE.find((kind) => type.startsWith(`${kind}.`));
  if (known !== undefined) return known;
  if (referrer === null) return 'other';
  const says = (referrer.artifactType ?? '').toLowerCase();
  if (/spdx|cyclonedx|syft|sbom/.test(says)) return 'sbom';
  if (/sigstore\.bundle/.test(says)) {
    // cosign 3 keeps both in a bundle of one type, and says which in an annotation.
    const content = referrer.annotations['dev.sigstore.bundle.content'];
    return content === 'message-signature' ? 'signature' : 'attestation';
  }
  if (/in-toto|dsse|attestation|slsa/.test(says)) return 'attestation';
  return /signature|cosign\.artifact\.sig/.test(says) ? 'signature' : 'other';
}
