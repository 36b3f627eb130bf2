/** Parameter decorators for what stands in a request's header, each of which the API's document names. */
import { own } from '@leads/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** A header as the document describes it. */
export interface ApiHeader {
  name: string;
  description: string;
  required?: boolean;
}

/** Where the headers of a method's parameters are kept, for the document. */
const HEADERS = 'api: headers';

/**
 * A parameter decorator that hands a header's value over.
 * @param read makes the method's argument of the value; may throw a ProblemError
 */
export function headerDecorator<Value>(
  header: ApiHeader,
  read: (value: string | undefined) => Value,
): ParameterDecorator {
  const decorate = createParamDecorator(
    (_data: unknown, context: ExecutionContext) => {
      const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
      const value = own(headers, header.name.toLowerCase());
      return read(Array.isArray(value) ? value[0] : value);
    },
    [
      (target, key) => {
        if (key !== undefined)
          Reflect.defineMetadata(HEADERS, [...headersOf(target, key), header], target, key);
      },
    ],
  );
  return decorate();
}

/** The headers that a method of a controller takes. */
export function headersOf(prototype: object, method: string | symbol): ApiHeader[] {
  return (Reflect.getMetadata(HEADERS, prototype, method) as ApiHeader[] | undefined) ?? [];
}
