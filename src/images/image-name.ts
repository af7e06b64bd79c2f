import { DomainError } from '../common/errors';
import { formatImageLink, parseImageLink, type ImageLink, type RegistryNames } from '../common/image-link';

/** The link without its registry: what one person may import once. */
export function imageName(link: ImageLink): string {
  return formatImageLink(link).slice(link.address.length + 1);
}

/** Reads a link that came in as a field of a request; what is wrong with it points to that field. */
export function readLinkField(text: string, registry: RegistryNames, pointer: string): ImageLink {
  return pointingTo(pointer, () => parseImageLink(text, registry));
}

/** Runs a rule about one field, so that its refusal says which field it is about. */
export function pointingTo<T>(pointer: string, rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'invalid') throw error;
    const { kind, code, params } = error;
    throw new DomainError(kind, code, params, { cause: error, errors: [{ pointer, code, params }] });
  }
}

/** The one answer for what is absent and for what the person may not see. */
export function imageNotFound(): DomainError {
  return new DomainError('not-found', 'image.not-found');
}
