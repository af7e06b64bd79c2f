import type { ChangedField, FieldValue } from './image-field-change.entity';

/** Who sees it is changed on its own (image-sharing.service.ts). */
type EditedField = Exclude<ChangedField, 'visibility' | 'sharedWith'>;
type Fields = Record<EditedField, FieldValue>;

export interface FieldChange {
  field: EditedField;
  fromValue: FieldValue;
  toValue: FieldValue;
}

const FIELDS: readonly EditedField[] = ['description', 'taskType', 'labels'];

/** The fields that have another value after than before. */
export function changesBetween(before: Readonly<Fields>, after: Readonly<Fields>): FieldChange[] {
  return FIELDS.flatMap((field) => {
    const fromValue = before[field];
    const toValue = after[field];
    const isSame = JSON.stringify(toValue) === JSON.stringify(fromValue);
    return isSame ? [] : [{ field, fromValue, toValue }];
  });
}
