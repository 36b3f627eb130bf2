/** A real Postfix of the system's packages, with a configuration of its own, for one spec file. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import type { Authority } from '@leads/testing/certificates';

const run = promisify(execFile);
const POSTFIX = '/usr/sbin/postfix';
const SASL = '/usr/sbin/saslpasswd2';

/** Why Postfix cannot be run here; `undefined` where it can. */
export const noPostfix: string | undefined =
  process.getuid?.() !== 0
    ? 'Postfix has to be started as root'
    : [POSTFIX, SASL].every((file) => existsSync(file))
      ? undefined
      : 'postfix and sasl2-bin are not installed';

export interface Postfix {
  port: number;
  stop: () => Promise<void>;
}

export const USER = { name: 'leads@contoso.example', password: 'p@ss word:%/' };

/**
 * Takes mails for ann@ and grey@contoso.com alone, from who signs in as {@link USER} and sends as that, each for
 * grey@ at the second try, of 20,000 bytes at most.
 * @param authority of its certificate, which is good for `localhost`
 * @param more lines of `main.cf`
 */
export async function startPostfix(authority: Authority, more: readonly string[] = []): Promise<Postfix> {
  const folder = await mkdtemp(`${tmpdir()}/postfix-`);
  await chmod(folder, 0o755);
  for (const name of ['etc', 'etc/sasl', 'queue', 'data', 'sasl']) await mkdir(`${folder}/${name}`);
  await run('chown', ['postfix', `${folder}/data`]);
  const port = await freePort();
  const greylist = await startGreylist();
  const { certificate, key } = await authority.forServer();
  await writeFile(`${folder}/etc/cert.pem`, certificate);
  await writeFile(`${folder}/etc/key.pem`, key, { mode: 0o600 });
  await writeFile(
    `${folder}/etc/mailboxes`,
    'ann@contoso.com ann\ngrey@contoso.com grey\nleads@contoso.example leads\n',
  );
  await writeFile(`${folder}/etc/logins`, `${USER.name} ${USER.name}\n`);
  const [user = '', realm = ''] = USER.name.split('@');
  const filled = run(SASL, ['-p', '-c', '-f', `${folder}/sasl/sasldb2`, '-u', realm, user]);
  filled.child.stdin?.end(USER.password);
  await filled;
  await run('chown', ['postfix', `${folder}/sasl/sasldb2`]);
  await writeFile(
    `${folder}/etc/sasl/smtpd.conf`,
    `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${folder}/sasl/sasldb2\nmech_list: PLAIN LOGIN\n`,
  );
  const greylistPort = (greylist.address() as AddressInfo).port;
  await writeFile(
    `${folder}/etc/main.cf`,
    [
      'compatibility_level = 3.6',
      `queue_directory = ${folder}/queue`,
      `data_directory = ${folder}/data`,
      'myhostname = localhost.localdomain',
      'inet_interfaces = 127.0.0.1',
      'inet_protocols = ipv4',
      'mydestination =',
      'mynetworks =',
      'local_recipient_maps =',
      'maillog_file =',
      'virtual_mailbox_domains = contoso.com, contoso.example',
      `virtual_mailbox_maps = texthash:${folder}/etc/mailboxes`,
      'virtual_transport = discard:',
      'default_transport = discard:',
      'message_size_limit = 20000',
      'smtpd_tls_security_level = may',
      'smtpd_tls_auth_only = yes',
      `smtpd_tls_cert_file = ${folder}/etc/cert.pem`,
      `smtpd_tls_key_file = ${folder}/etc/key.pem`,
      'smtpd_sasl_auth_enable = yes',
      'smtpd_sasl_path = smtpd',
      `cyrus_sasl_config_path = ${folder}/etc/sasl`,
      `smtpd_sender_login_maps = texthash:${folder}/etc/logins`,
      'smtpd_sender_restrictions = reject_sender_login_mismatch',
      'smtpd_reject_unlisted_recipient = yes',
      'smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination',
      'smtpd_client_event_limit_exceptions =',
      `smtpd_recipient_restrictions = reject_unlisted_recipient, check_policy_service inet:127.0.0.1:${greylistPort}, permit_sasl_authenticated, reject_unauth_destination`,
      ...more,
      '',
    ].join('\n'),
  );
  await writeFile(
    `${folder}/etc/master.cf`,
    [
      `127.0.0.1:${port} inet n - n - - smtpd`,
      'pickup unix n - n 60 1 pickup',
      'cleanup unix n - n - 0 cleanup',
      'qmgr unix n - n 300 1 qmgr',
      'tlsmgr unix - - n 1000? 1 tlsmgr',
      'rewrite unix - - n - - trivial-rewrite',
      'bounce unix - - n - 0 bounce',
      'defer unix - - n - 0 bounce',
      'anvil unix - - n - 1 anvil',
      'discard unix - - n - - discard',
      'error unix - - n - - error',
      'proxymap unix - - n - - proxymap',
      '',
    ].join('\n'),
  );
  await run(POSTFIX, ['-c', `${folder}/etc`, 'start']);
  return {
    port,
    stop: async () => {
      await run(POSTFIX, ['-c', `${folder}/etc`, 'stop']);
      greylist.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A policy server that has grey@ wait once. */
async function startGreylist(): Promise<Server> {
  const seen = new Set<string>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    let asked = '';
    socket.on('data', (chunk) => {
      asked += chunk.toString();
      if (!asked.endsWith('\n\n')) return;
      const recipient = /^recipient=(.*)$/m.exec(asked)?.[1] ?? '';
      asked = '';
      const isFirst = recipient.startsWith('grey@') && !seen.has(recipient);
      seen.add(recipient);
      socket.write(`action=${isFirst ? 'defer_if_permit Greylisted, try again' : 'dunno'}\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
