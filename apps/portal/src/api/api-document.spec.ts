import 'reflect-metadata';
import { readdir } from 'node:fs/promises';
import { RequestMethod } from '@nestjs/common';
import { describe, expect, test } from '@jest/globals';
import { apiDocument } from './api-document.ts';

const SOURCES = new URL('../', import.meta.url);

const document = apiDocument() as {
  paths: Record<string, Record<string, { parameters: { name: string }[] }>>;
  components: { schemas: Record<string, unknown> };
};

/** Every route below /api of every controller file, as Nest's decorators say. */
async function routes(): Promise<string[]> {
  const files = (await readdir(SOURCES, { recursive: true })).filter((name) =>
    name.endsWith('.controller.ts'),
  );
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, SOURCES).href) as Promise<Record<string, unknown>>),
  );
  return modules
    .flatMap((module) => Object.values(module))
    .filter((value): value is { prototype: object } => typeof value === 'function')
    .flatMap(routesOf)
    .filter((route) => route.includes(' /api/'));
}

function routesOf(controller: { prototype: object }): string[] {
  const base = Reflect.getMetadata('path', controller) as string | undefined;
  if (base === undefined) return [];
  const names = Object.getOwnPropertyNames(controller.prototype).filter((name) => name !== 'constructor');
  return names.flatMap((name) => {
    const handler = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value as object;
    const path = Reflect.getMetadata('path', handler) as string | undefined;
    if (path === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
    const whole = `/${base}/${path}`
      .replaceAll(/\/+/g, '/')
      .replace(/\/$/, '')
      .replaceAll(/:(\w+)/g, '{$1}');
    return [`${method} ${whole}`];
  });
}

describe('the OpenAPI document', () => {
  test('has every route of the API, and no other', async () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const found = await routes();
    expect(documented.sort()).toEqual(found.sort());
    expect(found).toContain('GET /api/leads/{leadId}');
  });

  test('names every filter of the list of leads, and points nowhere', () => {
    expect(document.paths['/api/leads']?.['get']?.parameters.map(({ name }) => name).sort()).toEqual(
      ['connectionId', 'cursor', 'from', 'limit', 'search', 'state', 'tests', 'to'].sort(),
    );
    for (const [, name = ''] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(document.components.schemas).toHaveProperty(name);
    }
  });
});
