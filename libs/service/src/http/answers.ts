/** What a route does and answers, declared beside it once: the compiler holds the method to it, the document tells it. */
import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { ApiHeader } from './headers.ts';

/** Where {@link Answers} keeps what a route answers. */
export const ANSWERS = 'api: answers';

/** What is not JSON. */
export type MediaType = `${string}/${string}`;

export interface Answer {
  /** One sentence: what the route does. */
  summary: string;
  /** What it answers: JSON as a schema has it, another media type, or nothing. */
  answer: z.ZodType | MediaType | 'nothing';
}

/** What a route for several methods does for one of them. */
export interface Operation extends Answer {
  /** Of the answer, when it is done. */
  status: number;
  /** What it reads off the request by itself, by media type. */
  takes?: Record<MediaType, z.ZodType>;
  headers?: ApiHeader[];
  /** By status: when it is refused, in a sentence. */
  refusals?: Record<number, string>;
}

/** Where {@link AnswersByMethod} keeps them. */
export const OPERATIONS = 'api: operations';

/** Says what a route of `@All` does for each method that it does something for. */
export function AnswersByMethod(operations: Record<string, Operation>): MethodDecorator {
  return SetMetadata(OPERATIONS, operations);
}

type RouteDecorator<Value> = <Method extends (...parameters: never[]) => Value | Promise<Value>>(
  target: object,
  propertyKey: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Says what a route does, and what it answers when it is done; the status is Nest's, or that of `@HttpCode`.
 *
 * Name a schema with `.meta({ id: 'Lead' })` and the document has it once, under that name.
 */
export function Answers<Value>(summary: string, answer: z.ZodType<Value>): RouteDecorator<Value>;
export function Answers(summary: string, answer: MediaType | 'nothing'): RouteDecorator<unknown>;
export function Answers(summary: string, answer: Answer['answer']): RouteDecorator<unknown> {
  return SetMetadata(ANSWERS, { summary, answer } satisfies Answer);
}
