import { unprocessable } from './errors';

/** A JSON object of unknown origin, read field by field. A field of the wrong type is 422, an absent one undefined. */
export class Body {
  private constructor(
    readonly fields: Record<string, unknown>,
    private readonly name: string,
  ) {}

  static of(value: unknown, name: string): Body {
    if (!isRecord(value))
      throw unprocessable(`parsing ${name} body from "" failed, because json: cannot unmarshal`);
    return new Body(value, name);
  }

  has(field: string): boolean {
    return this.fields[field] !== undefined && this.fields[field] !== null;
  }

  text(field: string): string | undefined {
    return this.pick(field, (value): value is string => typeof value === 'string');
  }

  number(field: string): number | undefined {
    return this.pick(field, (value): value is number => typeof value === 'number');
  }

  flag(field: string): boolean | undefined {
    return this.pick(field, (value): value is boolean => typeof value === 'boolean');
  }

  object(field: string): Body | undefined {
    const value = this.pick(field, isRecord);
    return value && new Body(value, this.name);
  }

  objects(field: string): Body[] {
    const list = this.pick(field, (value): value is unknown[] => Array.isArray(value)) ?? [];
    return list.map((value) => Body.of(value, this.name));
  }

  texts(field: string): string[] {
    const list = this.pick(field, (value): value is unknown[] => Array.isArray(value)) ?? [];
    return list.map((value) => {
      if (typeof value !== 'string') throw this.wrong();
      return value;
    });
  }

  /** A field that must be there and not longer than `max` characters, as the API's own description demands. */
  atMost(field: string, max: number): string {
    const value = this.text(field) ?? '';
    if ([...value].length > max) {
      throw unprocessable(`validation failure list:\n${field} in body should be at most ${max} chars long`);
    }
    return value;
  }

  private pick<T>(field: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.fields[field];
    if (value === undefined || value === null) return undefined;
    if (!is(value)) throw this.wrong();
    return value;
  }

  private wrong(): Error {
    return unprocessable(`parsing ${this.name} body from "" failed, because json: cannot unmarshal`);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
