import { Transform, type TransformFnParams } from 'class-transformer';
import { buildMessage, ValidateBy } from 'class-validator';

const keysOfClass = new Map<object, string[]>();
const secretsOfClass = new Map<object, Set<string>>();

/** Reads the text of one key; null when it is not what the key wants. */
export type Reader<T> = (text: string) => T | null;

/**
 * A key of the environment. `expected` completes "KEY: …" and is all that a person is told about a wrong value.
 * A property with an initial value may be left out of the environment; one without must be given.
 */
export function Setting<T>(expected: string, read: Reader<T>): PropertyDecorator {
  return (target, property) => {
    const key = String(property);
    keysOfClass.set(target.constructor, [...settingKeys(target.constructor), key]);
    const fromText = ({ value }: TransformFnParams): unknown =>
      typeof value === 'string' ? (read(value) ?? new WrongValue()) : value;
    Transform(fromText)(target, property);
    ValidateBy({
      name: 'setting',
      validator: {
        validate: (value) => value !== undefined && !(value instanceof WrongValue),
        defaultMessage: buildMessage(() => expected),
      },
    })(target, property);
  };
}

/** A text that must not be shown; it may be given as `<KEY>_FILE` instead, the path of a file that holds it. */
export function Secret(expected: string, read: Reader<string> = anyText): PropertyDecorator {
  return (target, property) => {
    Setting(expected, read)(target, property);
    const secrets = secretsOfClass.get(target.constructor) ?? new Set();
    secretsOfClass.set(target.constructor, secrets.add(String(property)));
  };
}

/** Every key of the class, in the order it declares them. */
export function settingKeys(settings: object): readonly string[] {
  return keysOfClass.get(settings) ?? [];
}

export function secretKeys(settings: object): readonly string[] {
  return [...(secretsOfClass.get(settings) ?? [])];
}

export const anyText: Reader<string> = (text) => text;

/** Stands where a wrong value stood, so that no message can show it. */
class WrongValue {}
