/** What Prometheus can ask: how tokens are handed out, and how Entra ID answers. Secrets and names are in none. */
import { Counter, Histogram } from 'prom-client';

/** By `outcome`: a token, refused (with a sealed reason), or turned away (no answer at all). */
export const tokenRequests = new Counter({
  name: 'credentials_token_requests_total',
  help: 'Token requests that this process has settled.',
  labelNames: ['outcome'] as const,
});

/** By `result`: a token, refused (somebody has to do something), or transient (it is tried again). */
export const entraRequests = new Counter({
  name: 'credentials_entra_requests_total',
  help: 'Token requests of this process that Microsoft Entra ID has answered, or has not.',
  labelNames: ['result'] as const,
});

export const entraSeconds = new Histogram({
  name: 'credentials_entra_request_seconds',
  help: 'How long Microsoft Entra ID took for a token request of this process.',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
});
