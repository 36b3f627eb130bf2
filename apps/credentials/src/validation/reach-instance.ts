/** Whether there is an instance at the URL: its name resolves, TLS is spoken, and it names its directory. */
import { compareUrl, inWords } from '@leads/contracts/validation';
import type { Sender } from '../tokens/entra.ts';
import type { Finding } from './checks.ts';

export interface Reached {
  finding: Finding;
  /** The directory that the instance itself names, where it does. */
  directoryId?: string;
}

const TENANT = /authorization_uri="?https:\/\/[^/"]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//i;

/** Asks without a token. Redirects are not followed, so the answer is that of the host. */
export async function reachInstance(url: string, sender: Sender): Promise<Reached> {
  try {
    const { status, headers } = await sender.send({
      url: `${url}/api/data/v9.2/`,
      method: 'GET',
      headers: { accept: 'application/json' },
    });
    const directoryId = TENANT.exec(headers['www-authenticate'] ?? '')?.[1]?.toLowerCase();
    if (status === 401) return { finding: { status: 'passed' }, ...(directoryId ? { directoryId } : {}) };
    const what = `The host answers, but not as a Dynamics 365 instance does (status ${status}).`;
    if (status >= 500 || status === 429) {
      return {
        finding: {
          status: 'warning',
          what,
          remedy: 'It may be busy or under maintenance. Validate again later.',
        },
      };
    }
    return { finding: { status: 'failed', what, remedy: inWords(compareUrl) } };
  } catch (error) {
    return { finding: describe(error) };
  }
}

function describe(error: unknown): Finding {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { status: 'failed', what: 'There is no host with this name.', remedy: inWords(compareUrl) };
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)) {
    return {
      status: 'failed',
      what: `The host does not prove that it is this one (${code}).`,
      remedy: `${inWords(compareUrl)} If it is right, something between here and Microsoft reads the traffic: ask the operators.`,
    };
  }
  return {
    status: 'failed',
    what: `The host could not be reached${code === '' ? '' : ` (${code})`}.`,
    remedy:
      'Validate again in some minutes. If it stays so, ask the operators whether Microsoft can be reached from here.',
  };
}
