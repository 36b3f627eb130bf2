/** The clients that drive the suite, both written by others: @azure/msal-node for tokens, dynamics-web-api for records. */
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node';
import { DynamicsWebApi } from 'dynamics-web-api';
import type { Recorder } from './recorder.ts';

export interface Credentials {
  readonly loginHost: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** MSAL keeps Microsoft's host names; only the bytes go to the recorder. */
export function networkThrough(loginHost: string, loginUrl: string): INetworkModule {
  const send = async <T>(
    method: string,
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> => {
    const answer = await fetch(url.replace(`https://${loginHost}`, loginUrl), {
      method,
      headers: options?.headers ?? {},
      ...(options?.body === undefined ? {} : { body: options.body }),
    });
    return {
      headers: Object.fromEntries(answer.headers),
      body: (await answer.json()) as T,
      status: answer.status,
    };
  };
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}

/** An application as MSAL sees it. */
export function msalApplication(recorder: Recorder, credentials: Credentials): ConfidentialClientApplication {
  const { loginHost, tenantId, clientId, clientSecret } = credentials;
  return new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority: `https://${loginHost}/${tenantId}` },
    system: { networkClient: networkThrough(loginHost, recorder.loginUrl) },
  });
}

export function dataverseClient(recorder: Recorder, token: () => Promise<string>): DynamicsWebApi {
  return new DynamicsWebApi({
    serverUrl: recorder.organizationUrl,
    dataApi: { version: '9.2' },
    onTokenRefresh: token,
    propagateErrors: true,
  });
}
