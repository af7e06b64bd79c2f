import { accessoryKind, isPlainReferrer, type AccessoryKind } from './accessory-kind';

describe('accessoryKind', () => {
  it.each<[string, string | null, Record<string, string>, AccessoryKind]>([
    ['signature.cosign', null, {}, 'signature'],
    ['signature.notation', null, {}, 'signature'],
    ['sbom.harbor', null, {}, 'sbom'],
    ['accelerator.nydus', null, {}, 'other'],
    ['subject.accessory', null, {}, 'other'],
    ['subject.accessory', 'application/spdx+json', {}, 'sbom'],
    ['subject.accessory', 'application/vnd.cyclonedx+json', {}, 'sbom'],
    ['subject.accessory', 'application/vnd.in-toto+json', {}, 'attestation'],
    [
      'subject.accessory',
      'application/vnd.dev.sigstore.bundle.v0.3+json',
      { 'dev.sigstore.bundle.content': 'message-signature' },
      'signature',
    ],
    [
      'subject.accessory',
      'application/vnd.dev.sigstore.bundle.v0.3+json',
      { 'dev.sigstore.bundle.content': 'dsse-envelope' },
      'attestation',
    ],
    ['subject.accessory', 'application/vnd.example.notes', {}, 'other'],
  ])('says of %s with %s %j: %s', (type, artifactType, annotations, kind) => {
    expect(accessoryKind({ type }, { artifactType, annotations })).toBe(kind);
  });

  it('is other of a referrer that was not read', () => {
    expect(accessoryKind({ type: 'subject.accessory' }, null)).toBe('other');
  });
});

describe('isPlainReferrer', () => {
  it.each([
    ['subject.accessory', true],
    ['signature.cosign', false],
    ['sbom.harbor', false],
  ])('says of %s: %s', (type, isPlain) => {
    expect(isPlainReferrer({ type })).toBe(isPlain);
  });
});
