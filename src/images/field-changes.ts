import type { ChangedField, FieldValue } from './image-field-change.entity';

type Fields = Record<ChangedField, FieldValue>;

export interface FieldChange {
  field: ChangedField;
  fromValue: FieldValue;
  toValue: FieldValue;
}

const FIELDS: readonly ChangedField[] = ['description', 'taskType', 'labels'];

/** The fields that have another value after than before. */
export function changesBetween(before: Readonly<Fields>, after: Readonly<Fields>): FieldChange[] {
  return FIELDS.flatMap((field) => {
    const fromValue = before[field];
    const toValue = after[field];
    const isSame = JSON.stringify(toValue) === JSON.stringify(fromValue);
    return isSame ? [] : [{ field, fromValue, toValue }];
  });
}
