import 'reflect-metadata';
import { RequestMethod, type Type } from '@nestjs/common';
import { describe, expect, test } from '@jest/globals';
import { ConnectionActionsController } from '../connections/connection-actions.controller.ts';
import { ConnectionVersionsController } from '../connections/connection-versions.controller.ts';
import { ConnectionsController } from '../connections/connections.controller.ts';
import { contoso } from '../testing/contoso.ts';
import { ValidationsController } from '../validation/validations.controller.ts';
import { apiDocument } from './api-document.ts';

type Paths = Record<string, Record<string, { parameters: { name: string; required?: boolean }[] }>>;

const document = apiDocument() as {
  paths: Paths;
  components: {
    schemas: Record<
      string,
      { oneOf?: { required: string[]; properties: object; additionalProperties: unknown }[] }
    >;
  };
};

/** Every route of a controller, as Nest's decorators say. */
function routesOf(controller: Type): string[] {
  const base = Reflect.getMetadata('path', controller) as string;
  const prototype = controller.prototype as object;
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  return names.flatMap((name) => {
    const handler = (prototype as Record<string, object>)[name] ?? {};
    const path = Reflect.getMetadata('path', handler) as string | undefined;
    if (path === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
    const whole = `/${base}/${path === '/' ? '' : path}`.replace(/\/$/, '').replaceAll(/:(\w+)/g, '{$1}');
    return [`${method} ${whole}`];
  });
}

describe('the OpenAPI document', () => {
  test('has every route of the API, and no other', () => {
    const routes = [
      ConnectionsController,
      ConnectionActionsController,
      ConnectionVersionsController,
      ValidationsController,
    ].flatMap(routesOf);
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.sort());
    expect(routes.length).toBeGreaterThan(10);
  });

  test('knows each field that can be entered, refuses others, and points nowhere', () => {
    const [byApplication] = document.components.schemas['NewConnection']?.oneOf ?? [];
    const required = Object.keys(contoso).filter((name) => name !== 'clientSecret');
    expect(byApplication?.required.sort()).toEqual(required.sort());
    expect(Object.keys(byApplication?.properties ?? {})).toEqual(
      expect.arrayContaining(['clientSecret', 'clientSecretExpiresOn', 'certificate']),
    );
    expect(byApplication?.additionalProperties).toBe(false);
    for (const [, name = ''] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(document.components.schemas).toHaveProperty(name);
    }
  });
});
