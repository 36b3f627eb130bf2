import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ValidationStep, topics } from '@leads/contracts';
import { contoso, people, productClientId } from '@leads/testing';
import { type Running, startForTest } from './testing/running.ts';

let running: Running;

beforeAll(async () => {
  running = await startForTest({ OFFICE365_CLIENT_ID: productClientId });
}, 60_000);
afterAll(() => running.close(), 30_000);

/** Validates and gives the steps up to the sum, without those that only begin. */
async function validate(changes: Record<string, unknown> = {}): Promise<ValidationStep[]> {
  const { connectionId } = await running.create(changes);
  return validateAgain(connectionId);
}

async function validateAgain(connectionId: string): Promise<ValidationStep[]> {
  const started = await running.call('POST', `/api/connections/${connectionId}/validate`, undefined, {
    'x-actor': 'anna',
  });
  expect(started.status).toBe(202);
  const { validationId } = started.body as { validationId: string };
  const isOurs = ({ value }: { value: ValidationStep }): boolean => value.validationId === validationId;
  await running.published(
    topics.validations,
    (record) => isOurs(record) && record.value.check === 'credentials',
    1,
  );
  const steps = await running.published(topics.validations, isOurs, 1);
  expect(steps[0]).toMatchObject({ check: 'validate', status: 'started' });
  return steps.filter(({ check, status }) => status !== 'started' && check !== 'validate');
}

const summary = (steps: ValidationStep[]): string[] => steps.map(({ check, status }) => `${check} ${status}`);

describe('a Validate', () => {
  test('of a connection that is right tells of each check as passed', async () => {
    const steps = await validate({ clientSecretExpiresOn: '2099-01-01' });
    expect(summary(steps)).toEqual([
      'url passed',
      'host passed',
      'sign-in passed',
      'directory passed',
      'application passed',
      'client-secret passed',
      'conditional-access passed',
      'organization passed',
      'secret-expiry passed',
      'credentials passed',
    ]);
  });

  test('says of a wrong secret which field on which page, and passes once it was mended', async () => {
    const { connectionId } = await running.create({ clientSecret: 'wrong' });
    const steps = await validateAgain(connectionId);
    expect(summary(steps)).toEqual([
      'url passed',
      'host passed',
      'sign-in passed',
      'directory passed',
      'application passed',
      'client-secret failed',
      'secret-expiry warning',
      'credentials failed',
    ]);
    expect(steps.find(({ status }) => status === 'failed')).toMatchObject({
      cause: expect.stringContaining('The client secret is wrong'),
      remedy: expect.stringContaining('Certificates & secrets'),
    });
    const { clientSecret } = contoso;
    await running.call('PUT', `/api/connections/${connectionId}/secret`, { clientSecret });
    expect(summary(await validateAgain(connectionId))).toContain('credentials passed');
  });

  test('says that Entra ID is busy and what to do, and names no part of the connection', async () => {
    const { connectionId } = await running.create();
    await running.control.addFault({ host: 'login.microsoftonline.com', kind: 'status', status: 503 });
    const steps = await validateAgain(connectionId);
    await running.control.clearFaults();
    expect(summary(steps)).toEqual([
      'url passed',
      'host passed',
      'sign-in failed',
      'secret-expiry warning',
      'credentials failed',
    ]);
    expect(steps.find(({ status }) => status === 'failed')).toMatchObject({
      cause: expect.stringContaining('Microsoft Entra ID is busy'),
      remedy: expect.stringContaining('try again in some minutes'),
    });
  });

  test('does not try a wrong password again and again', async () => {
    const { connectionId } = await running.create({
      authentication: 'office-365',
      applicationId: undefined,
      directoryId: undefined,
      clientSecret: undefined,
      userName: people.serviceAccount,
      password: 'wrong',
    });
    const before = await running.control.signIns();
    const steps = await validateAgain(connectionId);
    expect(summary(steps)).toEqual([
      'url passed',
      'host passed',
      'sign-in passed',
      'directory passed',
      'user passed',
      'password failed',
      'office-365 warning',
      'secret-expiry passed',
      'credentials failed',
    ]);
    await validateAgain(connectionId);
    await validateAgain(connectionId);
    expect(await running.control.signIns()).toBe(before + 1);
  });

  test('finds a host that is no instance, and a directory that the instance does not belong to', async () => {
    const elsewhere = await validate({ url: 'https://nobody.crm.dynamics.com' });
    expect(summary(elsewhere)).toContain('host failed');
    const directoryId = '99999999-8af1-4a5f-8234-12234d01db47';
    const other = await validate({ directoryId });
    expect(other.find(({ check }) => check === 'directory')).toMatchObject({
      status: 'failed',
      cause: expect.stringContaining(`belongs to the directory ${contoso.directoryId}`),
    });
  });
});
