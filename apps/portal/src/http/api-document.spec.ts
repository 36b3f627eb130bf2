import 'reflect-metadata';
import { readdir } from 'node:fs/promises';
import type { Type } from '@nestjs/common';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { describeApi } from '@leads/service';
import { api } from './api-document.ts';

const SOURCES = new URL('../', import.meta.url);

interface Operation {
  parameters: { name: string; in: string }[];
  requestBody?: { content: object };
}
let document: {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

/** The controllers of every controller file. */
async function controllers(): Promise<Type[]> {
  const files = (await readdir(SOURCES, { recursive: true })).filter((name) =>
    name.endsWith('.controller.ts'),
  );
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, SOURCES).href) as Promise<Record<string, unknown>>),
  );
  return modules
    .flatMap((module) => Object.values(module))
    .filter((value): value is Type => typeof value === 'function' && Reflect.hasMetadata('path', value));
}

// A route that does not say what it takes and answers fails here.
beforeAll(async () => {
  document = describeApi(api, await controllers()) as unknown as typeof document;
});

describe('the OpenAPI document', () => {
  test.each([
    [
      '/api/leads',
      [
        'connectionId',
        'cursor',
        'from',
        'incidentId',
        'limit',
        'rescuable',
        'search',
        'state',
        'tests',
        'to',
      ],
    ],
    ['/api/leads.csv', ['connectionId', 'from', 'incidentId', 'rescuable', 'search', 'state', 'tests', 'to']],
    ['/api/audit', ['cursor', 'limit']],
    ['/api/statistics', ['connectionId', 'span']],
    ['/api/events', ['lastEventId']],
  ])('names every parameter of %s', (path, names) => {
    const query = document.paths[path]?.['get']?.parameters.filter((one) => one.in === 'query') ?? [];
    expect(query.map(({ name }) => name).sort()).toEqual(names);
  });

  test('has what changes a connection, and on which version', () => {
    const change = document.paths['/api/connections/{id}']?.['put'];
    expect(change?.parameters.map(({ name }) => name)).toEqual(['id', 'If-Match', 'X-CSRF-Token']);
    expect(change?.requestBody).toBeDefined();
  });

  test('points nowhere', () => {
    const named = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g);
    const names = [...named].map(([, name = '']) => name);
    expect(names).toContain('LeadDetail');
    for (const name of names) expect(document.components.schemas).toHaveProperty(name);
  });
});
