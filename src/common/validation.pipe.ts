import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { DomainError, type FieldError } from './errors';
import { messagesEn, type MessageCode, type MessageParams } from './messages.en';

const UNKNOWN_FIELD = 'whitelistValidation';
const PLAIN: readonly unknown[] = [undefined, String, Number, Boolean, Array, Object];

/**
 * Bodies and queries become the DTO that the controller names, or are refused:
 * 400 `request.unknown-field` for names that the DTO does not have, 422 `request.invalid` for what its rules refuse.
 * A rule's `message` is a code of the catalogue (its `context` fills the text), or the text itself.
 * Nothing is converted that the DTO does not convert itself. Rules are synchronous: none may ask a database.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (metatype === undefined || type === 'custom' || PLAIN.includes(metatype)) return value;
    if (type === 'param') return validate(metatype, value, '', notFound);
    if (type === 'query') return validate(metatype, value, '?', invalid);
    return validate(metatype, objectIn(value), '/', invalid);
  }
}

/** For a body that is read before pipes run (the login). Throws as the pipe does. */
export function validBody<T extends object>(dto: Type<T>, body: unknown): T {
  return validate(dto, objectIn(body), '/', invalid);
}

function validate<T extends object>(
  dto: Type<T>,
  value: unknown,
  prefix: string,
  refuse: (errors: FieldError[]) => DomainError,
): T {
  const instance = plainToInstance(dto, { ...Object(value) } as Record<string, unknown>);
  const failures = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  if (failures.length === 0) return instance;
  const fields = failures.flatMap((failure) => fieldErrors(failure, prefix));
  const unknown = fields.filter(({ code }) => code === 'field.unknown');
  throw unknown.length > 0 ? unknownFields(unknown) : refuse(fields);
}

function objectIn(body: unknown): object {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body;
  throw new DomainError('malformed', 'request.malformed', { reason: 'The body must be a JSON object.' });
}

function invalid(errors: FieldError[]): DomainError {
  return new DomainError('invalid', 'request.invalid', {}, { errors });
}

/** An address with a value that cannot be one leads nowhere. */
function notFound(): DomainError {
  return new DomainError('not-found', 'request.not-found');
}

function unknownFields(errors: FieldError[]): DomainError {
  const names = errors.map(({ params }) => `"${params?.name ?? ''}"`).join(', ');
  return new DomainError('malformed', 'request.unknown-field', { names }, { errors });
}

function fieldErrors(failure: ValidationError, prefix: string): FieldError[] {
  const pointer = prefix + failure.property.replaceAll('~', '~0').replaceAll('/', '~1');
  const own = Object.entries(failure.constraints ?? {}).map(([rule, message]): FieldError =>
    rule === UNKNOWN_FIELD
      ? { pointer, code: 'field.unknown', params: { name: failure.property } }
      : { pointer, ...textOf(message, failure.contexts?.[rule]) },
  );
  const nested = (failure.children ?? []).flatMap((child) => fieldErrors(child, `${pointer}/`));
  // Rules run from the bottom up: the last to speak is the one at the top, which says the type.
  return [...own.slice(-1), ...nested];
}

function textOf(message: string, context: unknown): { code: MessageCode; params: MessageParams } {
  if (isMessageCode(message)) return { code: message, params: isParams(context) ? context : {} };
  return { code: 'field.invalid', params: { reason: message } };
}

function isMessageCode(text: string): text is MessageCode {
  return Object.hasOwn(messagesEn, text);
}

function isParams(context: unknown): context is MessageParams {
  return typeof context === 'object' && context !== null;
}
