import { expect, test } from '@jest/globals';
import { type ApiDocument, fuzzedDocument } from './fuzzed-document.ts';

const ID = { type: 'string', format: 'uuid' };
const id = { name: 'id', in: 'path', schema: ID };
const body = (schema: unknown): object => ({ content: { 'application/json': { schema } } });
const url = { type: 'object', properties: { url: { type: 'string' } } };

const portal = {
  openapi: '3.1.0',
  paths: {
    '/things/{id}': { get: { parameters: [id] }, put: { parameters: [id], requestBody: body({}) } },
    '/others/{id}': { get: { parameters: [id] } },
  },
  components: { schemas: { Answer: url } },
} satisfies ApiDocument;
const credentials = {
  openapi: '3.1.0',
  paths: { '/things/{id}': { put: { requestBody: body({ $ref: '#/components/schemas/NewConnection' }) } } },
  components: { schemas: { NewConnection: url } },
} satisfies ApiDocument;

test('a document for the fuzzer has what exists among what is made up, and answers as they were', () => {
  const { paths, components } = fuzzedDocument(
    portal,
    { id: ['one'], '/others/{id}': ['other'] },
    { bodies: credentials, texts: { url: ['https://known.example'] } },
  );
  expect(Object.keys(paths)).toEqual(['/things/{id}', '/others/{id}']);
  const known = (value: string): object[] => [
    { ...id, schema: { enum: expect.arrayContaining([value, 'made-up']) } },
  ];
  expect(paths['/things/{id}']?.['get']?.parameters).toEqual(known('one'));
  expect(paths['/others/{id}']?.['get']?.parameters).toEqual(known('other'));
  expect(paths['/things/{id}']?.['put']?.requestBody).toEqual(
    credentials.paths['/things/{id}'].put.requestBody,
  );
  expect(components?.schemas).toEqual({
    Answer: url,
    NewConnection: {
      type: 'object',
      properties: { url: { enum: ['https://known.example'] } },
    },
  });
});
