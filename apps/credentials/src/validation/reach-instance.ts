/** Whether there is an instance at the URL: its name resolves, TLS is spoken, and it names its directory. */
import type { Sender } from '../tokens/entra.ts';
import type { Finding } from './checks.ts';

export interface Reached {
  finding: Finding;
  /** The directory that the instance itself names, where it does. */
  directoryId?: string;
}

const TENANT = /authorization_uri="?https:\/\/[^/"]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//i;
const compareUrl =
  'Compare the URL in the Connection details with the one that the browser shows in Dynamics 365.';

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
    const cause = `The host answers, but not as a Dynamics 365 instance does (status ${status}).`;
    if (status >= 500 || status === 429) {
      return {
        finding: {
          status: 'warning',
          cause,
          remedy: 'It may be busy or under maintenance. Validate again later.',
        },
      };
    }
    return { finding: { status: 'failed', cause, remedy: compareUrl } };
  } catch (error) {
    return { finding: describe(error) };
  }
}

function describe(error: unknown): Finding {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { status: 'failed', cause: 'There is no host with this name.', remedy: compareUrl };
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)) {
    return {
      status: 'failed',
      cause: `The host does not prove that it is this one (${code}).`,
      remedy: `${compareUrl} If it is right, something between here and Microsoft reads the traffic: ask the operators.`,
    };
  }
  return {
    status: 'failed',
    cause: `The host could not be reached${code === '' ? '' : ` (${code})`}.`,
    remedy:
      'Validate again in some minutes. If it stays so, ask the operators whether Microsoft can be reached from here.',
  };
}
