/** What an object says, without what it leaves open: a message that is read back is the same again. */

/** The same type, each of its fields either there or not, and never `undefined`. */
export type Present<T extends object> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** The object without the fields that are `undefined`, for types whose optional fields must not be. */
export function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
