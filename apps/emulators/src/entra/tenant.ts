/** A directory of the emulated Entra: its app registrations and its users. */
import { z } from 'zod';
import { guidOf } from '../ids.ts';

const App = z.object({
  clientId: z.guid().toLowerCase(),
  displayName: z.string().default('Lead writer'),
  enabled: z.boolean().default(true),
  secrets: z
    .array(
      z.object({
        value: z.string().min(1),
        expiresAt: z.iso.datetime({ offset: true }).optional(),
        /** Known to Entra from then on only, as a new secret that replicates for some seconds. */
        usableFrom: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .default([]),
  /** Certificates as PEM (certificate or public key). */
  certificates: z
    .array(z.object({ pem: z.string(), expiresAt: z.iso.datetime({ offset: true }).optional() }))
    .default([]),
  redirectUris: z.array(z.string()).default([]),
  /** "Allow public client flows": needed for the password grant without a secret. */
  publicClient: z.boolean().default(false),
  /** False: nobody has consented to user_impersonation, so users get no token through this app. */
  consented: z.boolean().default(true),
  /** Every token request of this application is refused with this AADSTS number, until it is mended here. */
  refusedWith: z.number().int().positive().optional(),
});

const User = z.object({
  username: z.string().min(3).toLowerCase(),
  password: z.string().min(1),
  displayName: z.string().optional(),
  objectId: z.guid().toLowerCase().optional(),
  enabled: z.boolean().default(true),
  locked: z.boolean().default(false),
  passwordExpired: z.boolean().default(false),
  mfaRequired: z.boolean().default(false),
  blockedByConditionalAccess: z.boolean().default(false),
  /** The app roles assigned under Enterprise applications > Users and groups: client id to role values. */
  appRoles: z.record(z.guid().toLowerCase(), z.array(z.string().min(1))).default({}),
});

export const TenantSettings = z.object({
  domains: z.array(z.string().toLowerCase()).default([]),
  apps: z.array(App).default([]),
  users: z.array(User).default([]),
  /** What `expires_in` says. */
  tokenLifetimeSeconds: z.number().int().positive().default(3599),
  /** What `refresh_in` says; absent: the answer has none. */
  refreshInSeconds: z.number().int().positive().optional(),
  /** Every token request is answered AADSTS90055 with this `Retry-After`. */
  throttledForSeconds: z.number().int().positive().optional(),
  /** The one login host of the tenant's cloud; absent: any of them answers. */
  loginHost: z.string().optional(),
  /** Resources other than the tenant's own organisations for which tokens are given. */
  otherResources: z.array(z.string()).default([]),
});
export type TenantSettings = z.output<typeof TenantSettings>;
export type App = z.output<typeof App>;
export type User = z.output<typeof User> & { readonly objectId: string };

export interface Tenant {
  readonly id: string;
  readonly domains: readonly string[];
  readonly settings: TenantSettings;
  readonly apps: ReadonlyMap<string, App>;
  readonly users: ReadonlyMap<string, User>;
}

export function buildTenant(id: string, settings: TenantSettings): Tenant {
  return {
    id,
    domains: settings.domains,
    settings,
    apps: new Map(settings.apps.map((app) => [app.clientId, app])),
    users: new Map(
      settings.users.map((user) => [
        user.username,
        { ...user, objectId: user.objectId ?? guidOf('user', id, user.username) },
      ]),
    ),
  };
}

/** The names under which any directory signs in. */
export const isGeneric = (name: string): boolean => ['common', 'organizations', 'consumers'].includes(name);

export const domainOf = (username: string): string => username.slice(username.indexOf('@') + 1).toLowerCase();
