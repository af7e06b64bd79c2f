import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, IsString, Length, Max, Min, ValidateIf } from 'class-validator';

/** Harbor's largest quota: 1024 TiB. */
export const MAX_QUOTA_BYTES = 1024 ** 5;

/** A field that may be left out, and is not null. */
export function MayBeLeftOut(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** A whole quota in bytes. */
export function IsQuotaBytes(): PropertyDecorator {
  const rule = { message: 'field.whole-number', context: { min: 1, max: MAX_QUOTA_BYTES } };
  return applyDecorators(IsInt(rule), Min(1, rule), Max(MAX_QUOTA_BYTES, rule));
}

/** Text that people wrote, without white space around it. */
export function IsWrittenText(min: number, max: number): PropertyDecorator {
  const rule = { message: 'field.text', context: { min, max } };
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value)),
    IsString(rule),
    Length(min, max, rule),
  );
}
