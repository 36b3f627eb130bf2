/** An API's document as the fuzzer gets it: with ids that exist among those that it makes up. Pure. */

export type Json = Record<string, unknown>;

export interface ApiDocument extends Json {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, unknown> } & Json;
}

interface Operation extends Json {
  parameters?: Parameter[] | undefined;
  requestBody?: unknown;
}

interface Parameter extends Json {
  name: string;
  in: string;
  schema: unknown;
}

/**
 * Values that exist, by the names of path parameters, and by `<path up to it>{name}` where a name stands for several
 * things.
 */
export type Known = Readonly<Record<string, readonly string[]>>;

/** What a header of a change carries that means something. */
const KNOWN_HEADERS: Known = { 'If-Match': ['"1"', '"2"', '*'] };

/** Beside what exists: an id of nothing, and what is no id. What breaks the schema the fuzzer makes up by itself. */
const MADE_UP = ['0195b7a2-6f1e-7c3a-9d2b-4e5f60718293', 'made-up'];

/**
 * @param bodies another document; where it has the same operation, it says what the body of it is
 * @param texts what is entered for properties in bodies, by their names, where hardly anything made up is accepted
 */
export function fuzzedDocument(
  document: ApiDocument,
  known: Known,
  { bodies, texts = {} }: { bodies?: ApiDocument; texts?: Known } = {},
): ApiDocument {
  return {
    ...document,
    paths: Object.fromEntries(
      Object.entries(document.paths).map(([path, operations]) => [
        path,
        Object.fromEntries(
          Object.entries(operations).map(([method, operation]) => {
            const body = bodies?.paths[path]?.[method]?.requestBody ?? operation.requestBody;
            return [
              method,
              {
                ...operation,
                ...(body === undefined ? {} : { requestBody: withKnownTexts(body, texts) }),
                parameters: operation.parameters?.map((parameter) => withKnown(parameter, path, known)),
              },
            ];
          }),
        ),
      ]),
    ),
    components: {
      ...document.components,
      schemas: Object.fromEntries(
        Object.entries({ ...bodies?.components?.schemas, ...document.components?.schemas }).map(
          ([name, schema]) => [name, isOfBodies(name) ? withKnownTexts(schema, texts) : schema],
        ),
      ),
    },
  };
}

function withKnown(parameter: Parameter, path: string, known: Known): Parameter {
  const place = `${path.split(`{${parameter.name}}`)[0]}{${parameter.name}}`;
  const values =
    parameter.in === 'header' ? KNOWN_HEADERS[parameter.name] : (known[place] ?? known[parameter.name]);
  if (values === undefined) return parameter;
  // Not beside the schema itself: of a few values and any string, it would take any string.
  return { ...parameter, schema: { enum: [...values, ...MADE_UP] } };
}

/** Those that only bodies have: what is answered is held to the schema as it is. */
function isOfBodies(name: string): boolean {
  return ['NewConnection', 'ConnectionChange', 'Secret', 'Restoration'].includes(name);
}

function withKnownTexts(schema: unknown, texts: Known): unknown {
  if (Array.isArray(schema)) return schema.map((part) => withKnownTexts(part, texts));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, part]: [string, unknown]) => [
      name,
      name === 'properties' ? withKnownProperties(part as Json, texts) : withKnownTexts(part, texts),
    ]),
  );
}

function withKnownProperties(properties: Json, texts: Known): Json {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const values = texts[name];
      return [name, values === undefined ? withKnownTexts(schema, texts) : { enum: values }];
    }),
  );
}
