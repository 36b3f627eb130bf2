import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@leads/service';
import type { AuditEntry, AuditLog } from './audit-log.ts';
import { AccessGuard } from './guard.ts';
import type { Publishers } from './publishers.ts';
import { Allow, AllowSignedIn, viewerOf } from './viewer.ts';

class Offers {
  silent(this: void): void {}
  @Allow('operator', 'reader')
  look(this: void): void {}
}
@Allow('owner')
class Leads {
  change(this: void): void {}
  @AllowSignedIn()
  whoever(this: void): void {}
}

interface Asked {
  handler: object;
  of: object;
  role?: 'operator' | 'owner' | 'reader';
  isRegistered?: boolean;
  isSignedIn?: boolean;
}

/** Asks with GET. @returns the status that it ends with, and what was written down */
async function ask({ handler, of, role, isRegistered = true, isSignedIn = true }: Asked) {
  const written: AuditEntry[] = [];
  const person = { userId: 'u', name: 'Alex', email: 'alex@contoso.example', directoryId: 'd' };
  const request = {
    method: 'GET',
    headers: {},
    params: {},
    routeOptions: { url: '/api/x/:id' },
    session: isSignedIn
      ? { person: { ...person, ...(role ? { role } : {}) }, endsAt: '2026-11-22T20:00:00Z' }
      : {},
  };
  const publishers = {
    ofDirectory: () => Promise.resolve(isRegistered ? { id: 'contoso', name: 'C' } : undefined),
  };
  const audit = {
    addOften: (entry: AuditEntry) => {
      written.push(entry);
      return Promise.resolve();
    },
  };
  const guard = new AccessGuard(publishers as unknown as Publishers, audit as unknown as AuditLog, {
    publicUrl: 'https://portal.example',
  });
  const context = {
    getType: () => 'http',
    getHandler: () => handler,
    getClass: () => of,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
  try {
    await guard.canActivate(context);
    return { status: 200, written, request };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { status: error.problem.status, detail: error.problem.detail, written, request };
  }
}

const { silent, look } = Offers.prototype;
const { change, whoever } = Leads.prototype;

describe('the guard', () => {
  test.each(['operator', 'owner', 'reader'] as const)(
    'lets no %s into a route that does not say who may',
    async (role) => {
      const { status, written } = await ask({ handler: silent, of: Offers, role });
      expect(status).toBe(403);
      expect(written).toMatchObject([{ what: 'asked for GET /api/x/:id', outcome: 'refused' }]);
    },
  );

  test('takes what the route says before what its controller says', async () => {
    expect(await ask({ handler: look, of: Offers, role: 'reader' })).toMatchObject({
      status: 200,
      written: [],
    });
    expect(await ask({ handler: look, of: Offers, role: 'owner' })).toMatchObject({ status: 403 });
    expect(await ask({ handler: change, of: Leads, role: 'owner' })).toMatchObject({ status: 200 });
    expect(await ask({ handler: change, of: Leads, role: 'operator' })).toMatchObject({ status: 403 });
    expect(await ask({ handler: whoever, of: Leads })).toMatchObject({ status: 200 });
  });

  test('says who can give a role and where, to somebody without one', async () => {
    const { status, detail } = await ask({ handler: look, of: Offers });
    expect(status).toBe(403);
    expect(detail).toMatch(/administrator of your directory.*Enterprise applications.*Users and groups/);
  });

  test('lets nobody of a directory that is no publisher’s see everybody’s rows', async () => {
    const asked = await ask({ handler: look, of: Offers, role: 'reader', isRegistered: false });
    expect(asked).toMatchObject({ status: 403, detail: expect.stringContaining('not been registered') });
    expect(() => viewerOf(asked.request as never)).toThrow();
  });

  test('knows nobody whose session has ended, for the store gives it out no more', async () => {
    expect(await ask({ handler: look, of: Offers, role: 'operator', isSignedIn: false })).toMatchObject({
      status: 401,
      written: [],
    });
  });
});
