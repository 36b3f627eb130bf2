/** Every published way in which a lead is posted: how it is shaped, and how its fields are spelled. */

type Fields = Record<string, string>;

/** Bodies that hold a customer and what else is said of the lead, both by the names that camelCase JSON has. */
export const SHAPES = Object.freeze<((customer: Fields, others: Fields) => unknown)[]>([
  (customer, others) => ({ userDetails: customer, ...others }),
  (customer, others) => ({ UserDetails: customer, ...others }),
  (customer, others) => ({ ...others, CustomerInfo: JSON.stringify(customer) }),
  (customer, others) => ({ ...others, userDetails: JSON.stringify(JSON.stringify(customer)) }),
  (customer, others) => ({ ...others, ...customer }),
  (customer, others) => [{ userDetails: customer, ...others }],
  (customer, others) => ({ headers: { host: 'x' }, body: { userDetails: customer, ...others } }),
  (customer, others) => ({ headers: {}, body: JSON.stringify({ userDetails: customer, ...others }) }),
  (customer, others) => ({ value: [{ userDetails: JSON.stringify(customer), ...others }] }),
  (customer, others) => ({ data: { ...customer, ...others } }),
  (customer, others) => JSON.stringify({ userDetails: customer, ...others }),
]);

/** How a key is spelled. */
export const SPELLINGS = Object.freeze<((key: string) => string)[]>([
  (key) => key,
  (key) => key.toUpperCase(),
  (key) => key.toLowerCase(),
  (key) => `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
  (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  (key) => key.replace(/[A-Z]/g, (letter) => ` ${letter}`),
]);

/** Fields under keys that are spelled so. */
export function spelled(fields: Fields, spell: (key: string) => string): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [spell(key), value]));
}
