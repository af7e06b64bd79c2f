import { Injectable } from '@nestjs/common';
import { Semaphore } from 'async-mutex';
import type { PersonCaller } from '../../auth/caller';
import { DomainError, type FieldError } from '../../common/errors';
import { currentRequest } from '../../common/request-notes';
import { validBody } from '../../common/validation.pipe';
import { toDatabaseError } from '../../database/database-errors';
import { ImportImageDto } from '../dto/image-requests.dto';
import { ImagesService, type CatalogedImage } from '../images.service';

/** So many imports of one batch run at once, lest one person's hundred hold up everybody else's. */
const AT_ONCE = 8;

export type BatchOutcome =
  | { ok: true; imported: CatalogedImage }
  /** What was thrown; it concerns this image alone. */
  | { ok: false; error: unknown };

@Injectable()
export class ImageBatchService {
  constructor(private readonly images: ImagesService) {}

  /** Imports each as if it had come alone. @returns one outcome each, in order; throws for none of them */
  async importAll(caller: PersonCaller, items: readonly object[]): Promise<BatchOutcome[]> {
    const turns = new Semaphore(AT_ONCE);
    return Promise.all(
      items.map((item, at) => turns.runExclusive(() => this.importOne(caller, item, `/images/${at}`))),
    );
  }

  private async importOne(caller: PersonCaller, item: object, place: string): Promise<BatchOutcome> {
    try {
      const imported = await this.images.import(caller, validBody(ImportImageDto, item));
      return { ok: true, imported };
    } catch (error) {
      return { ok: false, error: placed(toDatabaseError(error) ?? noted(error), place) };
    }
  }
}

/** What nobody expected goes into the request's line in the log, as it would have for a single import. */
function noted(error: unknown): unknown {
  const notes = currentRequest.getStore();
  if (notes !== undefined && !(error instanceof DomainError)) notes.error = error;
  return error;
}

/** The fields of the one image are in the body of all. */
function placed(error: unknown, place: string): unknown {
  if (!(error instanceof DomainError) || error.errors === undefined) return error;
  const errors = error.errors.map((field): FieldError => ({ ...field, pointer: `${place}${field.pointer}` }));
  const { kind, code, params, retryAfterSeconds } = error;
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new DomainError(kind, code, params, { cause: error, errors, ...retry });
}
