/**
 * What a plain object itself holds under a name.
 *
 * Names come from outside (a column of a mapping, a state in an address, a code in an answer) and may be
 * `constructor`, which every plain object answers with what nobody put there.
 *
 * @returns `undefined` where the object itself has no such property
 */
export function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
