import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contoso, contosoHost, directories, people } from './contoso.ts';
import { type RunningEmulators, startEmulators } from './emulators.ts';

let emulators: RunningEmulators;
beforeAll(async () => {
  emulators = await startEmulators();
}, 60_000);
afterAll(() => emulators.close());

/** The status of the answer to a request for a token; the host name is Microsoft's, which fetch does not let one say. */
async function askForToken(): Promise<number | undefined> {
  const headers = { host: 'login.microsoftonline.com' };
  const sent = request(`${emulators.url}/${contoso.directoryId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers,
  });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test('they begin with Contoso’s directory, its people and an organisation without leads', async () => {
  const { users = [] } = await emulators.control.tenant(directories.contoso);
  const names = users.map(({ username }) => username);
  expect(names).toEqual([people.owner, people.reader, people.stranger, people.serviceAccount]);
  expect(await emulators.control.countLeads(contosoHost)).toBe(0);
  expect(await emulators.control.leads(contosoHost)).toEqual([]);
  expect(await emulators.control.mails()).toEqual([]);
});

test('a change of a directory is merged into it, and null takes it back', async () => {
  const { control } = emulators;
  await control.changeTenant(directories.contoso, { throttledForSeconds: 7 });
  expect(await control.tenant(directories.contoso)).toMatchObject({ throttledForSeconds: 7 });
  await control.changeTenant(directories.contoso, { throttledForSeconds: null });
  expect(await control.tenant(directories.contoso)).not.toHaveProperty('throttledForSeconds');
});

test('a fault makes a host fail until it is cleared, and what was asked can be read back', async () => {
  const { control } = emulators;
  const before = await control.signIns();
  await control.addFault({ kind: 'status', status: 599 });
  expect(await askForToken()).toBe(599);
  await control.clearFaults();
  expect(await askForToken()).toBe(400);
  expect(await control.signIns()).toBe(before + 2);
});

test('an application is broken in its directory and mended there, and its tokens are voided', async () => {
  const { control } = emulators;
  const { directoryId, applicationId } = contoso;
  await control.changeApplication(directoryId, applicationId, { refusedWith: 7000112 });
  const { apps } = await control.tenant(directoryId);
  expect(apps).toContainEqual(expect.objectContaining({ clientId: applicationId, refusedWith: 7000112 }));
  await control.changeApplication(directoryId, applicationId, { refusedWith: null });
  await control.revokeTokens(directoryId, applicationId);
});

test('what is really in an organisation is held against what should be there', async () => {
  const { control } = emulators;
  const leadid = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01';
  expect(await control.compareLeads(contosoHost, [leadid], 'emailaddress1')).toEqual({
    count: 0,
    missing: [leadid],
    unexpected: [],
    doubled: [],
  });
  expect(await control.attempts(contosoHost)).toEqual([]);
});

test('what the emulators refuse is thrown, with what they said', async () => {
  await expect(emulators.control.countLeads('nobody.crm4.dynamics.com')).rejects.toThrow(
    'answered GET organizations/nobody.crm4.dynamics.com/leads/count with 404',
  );
});
