/** Marks the controller method that takes in the records of a topic. */
import { applyDecorators, Catch, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { Topic } from '@leads/contracts';
import { throwError, type Observable } from 'rxjs';
import type { Received } from './received.ts';

/**
 * Who gets a record: one instance of the service, or every instance of it.
 *
 * `every-instance` reads from the oldest retained record each time an instance starts or joins anew, as a
 * view held in memory needs.
 */
export type Delivery = 'once-per-service' | 'every-instance';

/** A transport takes only the handlers that carry its own symbol. */
export const transportIds: Record<Delivery, symbol> = {
  'once-per-service': Symbol('kafka: once per service'),
  'every-instance': Symbol('kafka: every instance'),
};

/** A decorator that only fits a method which takes an array of `Records` and returns a promise. */
export type TypedMethodDecorator<Records> = <Method extends (records: Records[]) => Promise<void>>(
  target: object,
  propertyKey: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** Hands the handler's own error to the transport, which retries and logs; Nest would replace it by its own. */
@Catch()
class RethrowToTransport implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * The method receives the records of a batch (at most 500) as one array and answers when they are safe.
 *
 * Delivery is at least once. A method that throws gets the same records again, after a pause, until it
 * returns; other partitions go on meanwhile. Where the transport's `refusalOf` says that it was for what records say,
 * they come by halves, and the one that is refused alone is put aside: so it takes all of a batch or nothing. It has milliseconds: work that waits for the outside world
 * belongs in rows that the method writes.
 */
export function OnTopic<T extends Topic>(
  topic: T,
  options: { delivery?: Delivery } = {},
): TypedMethodDecorator<Received<T>> {
  const transportId = transportIds[options.delivery ?? 'once-per-service'];
  return applyDecorators(
    EventPattern<string>(topic.name, transportId, { topic }),
    UseFilters(new RethrowToTransport()),
  );
}
