import { describe, expect, test } from '@jest/globals';
import type { HttpException } from '@nestjs/common';
import { HealthController, type ReadinessCheck } from './health.ts';

const silent = { info: () => undefined, warn: () => undefined };
const check = (name: string, needed: boolean, passes: boolean): ReadinessCheck => ({
  name,
  needed,
  otherwise: 'is amiss',
  check: () => (passes ? Promise.resolve() : Promise.reject(new Error('at 10.0.0.1'))),
});
const health = (...checks: ReadinessCheck[]) => new HealthController(checks, silent);

describe('whether a service is ready', () => {
  test('is yes where everything passes', async () => {
    const all = [check('database', true, true), check('mail server', false, true)];
    expect(await health(...all).ready()).toEqual({ status: 'ready' });
  });

  test('is no where something needed is amiss, and says what', async () => {
    const all = [check('database', true, false), check('mail server', false, false)];
    const error: unknown = await health(...all)
      .ready()
      .catch((thrown: unknown) => thrown);
    expect((error as HttpException).getStatus()).toBe(503);
    expect((error as HttpException).getResponse()).toEqual({
      status: 'waiting',
      waitingFor: [{ name: 'database', why: 'is amiss' }],
      degraded: [{ name: 'mail server', why: 'is amiss' }],
    });
  });

  test('is yes where only something is amiss that it works without, which is named', async () => {
    const all = [check('database', true, true), check('mail server', false, false)];
    expect(await health(...all).ready()).toEqual({
      status: 'ready',
      degraded: [{ name: 'mail server', why: 'is amiss' }],
    });
  });
});
