import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, Length } from 'class-validator';

const MAX = 200;
const WORDS = { message: 'field.text', context: { min: 1, max: MAX } };

/** The words of a search; an empty field of a form is no search. */
export function SearchWords(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (isBlank(value) ? undefined : value)),
    IsOptional(),
    IsString(WORDS),
    Length(1, MAX, WORDS),
  );
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}
