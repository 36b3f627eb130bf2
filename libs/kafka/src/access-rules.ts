/** Who may do what at the broker, made of the catalogue: nobody writes or reads a topic that is not theirs. */
import { SERVICES, type ServiceName, topics, type Topic } from '@leads/contracts';
import kafkajs, { type AclOperationTypes, type AclResourceTypes, type ResourcePatternTypes } from 'kafkajs';
import { prefixed, type KafkaSettings } from './settings.ts';

const { TOPIC, GROUP } = kafkajs.AclResourceTypes;
const { READ, WRITE, DELETE } = kafkajs.AclOperationTypes;
const { LITERAL, PREFIXED } = kafkajs.ResourcePatternTypes;

/** One thing that one principal may do, from any host. Reading and writing include asking what is there. */
export interface AccessRule {
  principal: string;
  resourceType: AclResourceTypes;
  resourceName: string;
  resourcePatternType: ResourcePatternTypes;
  operation: AclOperationTypes;
}

/** How the broker calls each service, such as `User:portal`. */
export type Principals = Readonly<Record<ServiceName, string>>;

type Prefix = Pick<KafkaSettings, 'topicPrefix'>;

/**
 * Every rule that the services need: each writes what it publishes, reads what it takes, and keeps offsets in groups of
 * its own name (`portal`, and `portal.<instance>` for what every instance reads, whose groups it removes).
 * Transactional ids are not used.
 */
export function accessRules(
  prefix: Prefix,
  principals: Principals,
  catalogue: readonly Topic[] = Object.values<Topic>(topics),
): AccessRule[] {
  return SERVICES.flatMap((service): AccessRule[] => {
    const principal = principals[service];
    const onTopic =
      (operation: AclOperationTypes) =>
      (topic: Topic): AccessRule => ({
        principal,
        resourceType: TOPIC,
        resourceName: prefixed(prefix, topic.name),
        resourcePatternType: LITERAL,
        operation,
      });
    const taken = catalogue.filter(({ consumers }) => consumers.includes(service));
    const group = { principal, resourceType: GROUP };
    const groups =
      taken.length === 0
        ? []
        : [READ, DELETE].flatMap((operation) => [
            { ...group, operation, resourceName: prefixed(prefix, service), resourcePatternType: LITERAL },
            {
              ...group,
              operation,
              resourceName: prefixed(prefix, `${service}.`),
              resourcePatternType: PREFIXED,
            },
          ]);
    return [
      ...catalogue.filter(({ publishers }) => publishers.includes(service)).map(onTopic(WRITE)),
      ...taken.map(onTopic(READ)),
      ...groups,
    ];
  });
}

/** What is to be added and taken away, so that the broker has the wanted rules and no others of ours. */
export interface AccessChanges {
  add: AccessRule[];
  remove: AccessRule[];
}

/**
 * @param existing what the broker allows any of the services' principals
 */
export function planAccess(
  existing: readonly AccessRule[],
  wanted: readonly AccessRule[],
  prefix: Prefix,
): AccessChanges {
  const had = new Set(existing.map(keyOf));
  const wants = new Set(wanted.map(keyOf));
  return {
    add: wanted.filter((rule) => !had.has(keyOf(rule))),
    remove: existing.filter((rule) => !wants.has(keyOf(rule)) && isOurs(rule, prefix)),
  };
}

/** How a topic of any version of the catalogue is called. */
const TOPIC_NAME = /^[a-z]+(?:\.[a-z]+)*\.v\d+$/;

/** Whether a rule is about a topic or a group that is called as ours are; under other names services may do what others say. */
function isOurs({ resourceType, resourceName, resourcePatternType }: AccessRule, prefix: Prefix): boolean {
  const own =
    resourceType === TOPIC
      ? Object.values<Topic>(topics).map(({ name }) => prefixed(prefix, name))
      : SERVICES.map((service) => prefixed(prefix, `${service}.`));
  if (resourcePatternType === PREFIXED) return own.some((name) => name.startsWith(resourceName));
  if (resourceName === '*') return true;
  if (!resourceName.startsWith(prefix.topicPrefix)) return false;
  const name = resourceName.slice(prefix.topicPrefix.length);
  if (resourceType === TOPIC) return TOPIC_NAME.test(name);
  return resourceType === GROUP && SERVICES.some((service) => `${name}.`.startsWith(`${service}.`));
}

function keyOf(rule: AccessRule): string {
  const { principal, resourceType, resourceName, resourcePatternType, operation } = rule;
  return JSON.stringify([principal, resourceType, resourceName, resourcePatternType, operation]);
}

/**
 * Reads the setting KAFKA_PRINCIPALS: a pattern such as `User:{service}` or `User:CN={service},O=Contoso`, or a JSON
 * object that names each service's principal.
 * @throws Error with what is wrong with it
 */
export function readPrincipals(setting: string): Principals {
  const named = setting.trimStart().startsWith('{"') ? readNamed(setting) : undefined;
  if (!named && !setting.includes('{service}')) {
    throw new Error(
      'must name {service}, as in User:{service}, or be a JSON object of a principal for each service',
    );
  }
  const principals = SERVICES.map((service): [ServiceName, string] => [
    service,
    named ? (named.get(service) ?? '') : setting.replaceAll('{service}', service),
  ]);
  const without = principals.find(([, principal]) => !/^[A-Za-z]+:./.test(principal));
  if (without) throw new Error(`gives ${without[0]} no principal of the form User:name`);
  const shared = new Set(principals.map(([, principal]) => principal)).size < principals.length;
  if (shared) throw new Error('gives two services one principal, and then each could do what the other may');
  return Object.fromEntries(principals) as Principals;
}

function readNamed(setting: string): Map<string, string> {
  let read: unknown;
  try {
    read = JSON.parse(setting);
  } catch {
    throw new Error('begins as JSON, and is none');
  }
  return new Map(
    Object.entries(read as object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
