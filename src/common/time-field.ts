import { Transform } from 'class-transformer';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** Reads a time of RFC 3339. Only with its zone: a time without one is another in each replica's zone. */
export function AsTime(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && RFC3339.test(value) ? new Date(value) : value,
  );
}
