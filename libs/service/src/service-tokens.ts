/** Under what each thing that every service has can be injected. */

/** The service's settings, as its `config.ts` has their type. */
export const SETTINGS = Symbol('settings');
export const LOG = Symbol('log');
/** What the settings of how long to keep come to, a `Retention`. */
export const RETENTION = Symbol('retention');
export const TRANSPORTS = Symbol('kafka transports');
/** Never the same twice: what a killed process still holds (leases, a place in a group) is not its successor's. */
export const INSTANCE_ID = Symbol('instance id');
