import { SERVICES, type ServiceName, topics, type Topic } from '@leads/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import kafkajs, { type AclOperationTypes } from 'kafkajs';
import { type AccessRule, accessRules, planAccess, readPrincipals } from './access-rules.ts';

const { TOPIC, GROUP, CLUSTER } = kafkajs.AclResourceTypes;
const { READ, WRITE, DELETE } = kafkajs.AclOperationTypes;
const { LITERAL, PREFIXED } = kafkajs.ResourcePatternTypes;
const principals = readPrincipals('User:{service}');
const prefix = { topicPrefix: 'x.' };
const wanted = accessRules(prefix, principals);

const rule = (service: ServiceName, some: Partial<AccessRule>): AccessRule => ({
  principal: principals[service],
  resourceType: TOPIC,
  resourceName: 'x.connections.v1',
  resourcePatternType: LITERAL,
  operation: WRITE,
  ...some,
});

describe('the rules', () => {
  test('of a service are what it publishes, what it takes, and the groups of its name', () => {
    const about = (principal: string) =>
      wanted
        .filter((one) => one.principal === principal)
        .map(({ operation, resourceName, resourcePatternType }) => [
          operation,
          resourceName,
          resourcePatternType,
        ]);
    expect(about('User:notification')).toEqual([
      [WRITE, 'x.leads.mailed.v1', LITERAL],
      [WRITE, 'x.contacts.v1', LITERAL],
      [WRITE, 'x.alerts.v1', LITERAL],
      [READ, 'x.connections.v1', LITERAL],
      [READ, 'x.leads.outcomes.v1', LITERAL],
      [READ, 'x.publishers.v1', LITERAL],
      [READ, 'x.contacts.answered.v1', LITERAL],
      [READ, 'x.incidents.v1', LITERAL],
      [READ, 'x.notification', LITERAL],
      [READ, 'x.notification.', PREFIXED],
      [DELETE, 'x.notification', LITERAL],
      [DELETE, 'x.notification.', PREFIXED],
    ]);
  });

  test('let nobody write or read a topic that the catalogue does not give them', () => {
    for (const topic of Object.values<Topic>(topics)) {
      const may = (operation: AclOperationTypes) =>
        wanted
          .filter((one) => one.resourceName === `x.${topic.name}` && one.operation === operation)
          .map((one) => one.principal.slice('User:'.length));
      expect([topic.name, may(WRITE)]).toEqual([topic.name, [...topic.publishers].sort(byOrder)]);
      expect([topic.name, may(READ)]).toEqual([topic.name, [...topic.consumers].sort(byOrder)]);
    }
    expect(wanted.filter((one) => one.resourceType === TOPIC && one.resourcePatternType !== LITERAL)).toEqual(
      [],
    );
  });
});

function byOrder(a: ServiceName, b: ServiceName): number {
  return SERVICES.indexOf(a) - SERVICES.indexOf(b);
}

describe('the plan', () => {
  test('is nothing where the broker has the rules, and all of them where it has none', () => {
    expect(planAccess(wanted, wanted, prefix)).toEqual({ add: [], remove: [] });
    expect(planAccess([], wanted, prefix)).toEqual({ add: wanted, remove: [] });
  });

  test.each<[string, AccessRule]>([
    ["another's topic", rule('portal', {})],
    ['a topic of an earlier catalogue', rule('portal', { resourceName: 'x.mails.sent.v2' })],
    ['every topic', rule('portal', { resourceName: '*' })],
    ['topics by how they begin', rule('portal', { resourceName: 'x.lea', resourcePatternType: PREFIXED })],
    [
      "another's group",
      rule('portal', { resourceType: GROUP, resourceName: 'x.credentials', operation: READ }),
    ],
    [
      "an instance's group of another",
      rule('portal', { resourceType: GROUP, resourceName: 'x.dynamics-writer.1', operation: READ }),
    ],
    ['more than reading', rule('portal', { operation: kafkajs.AclOperationTypes.ALL })],
  ])('takes away what a service may do beyond: %s', (_, extra) => {
    expect(planAccess([...wanted, extra], wanted, prefix)).toEqual({ add: [], remove: [extra] });
  });

  test.each<[string, AccessRule]>([
    ['the topics of another stack', rule('portal', { resourceName: 'y.connections.v1' })],
    ['what is not called as a topic of ours', rule('portal', { resourceName: 'x.clicks' })],
    [
      'groups of another name',
      rule('portal', { resourceType: GROUP, resourceName: 'x.portals', operation: READ }),
    ],
    ['the cluster', rule('portal', { resourceType: CLUSTER, resourceName: 'kafka-cluster' })],
  ])('leaves %s to others', (_, other) => {
    expect(planAccess([...wanted, other], wanted, prefix)).toEqual({ add: [], remove: [] });
  });

  test('once applied leaves nothing to do, whatever was there', () => {
    const anyRule = fc.record({
      principal: fc.constantFrom(...Object.values(principals)),
      resourceType: fc.constantFrom(TOPIC, GROUP),
      resourceName: fc.constantFrom(
        '*',
        'x.',
        'x.alerts.v1',
        'x.old.v1',
        'x.portal',
        'x.portal.',
        'other',
        'y.alerts.v1',
      ),
      resourcePatternType: fc.constantFrom(LITERAL, PREFIXED),
      operation: fc.constantFrom(READ, WRITE, DELETE),
    });
    const key = (one: AccessRule): string => JSON.stringify(Object.entries(one).sort());
    fc.assert(
      fc.property(fc.array(anyRule), fc.subarray(wanted), (others, some) => {
        const existing = [...others, ...some];
        const { add, remove } = planAccess(existing, wanted, prefix);
        const gone = new Set(remove.map(key));
        const after = [...existing.filter((one) => !gone.has(key(one))), ...add];
        expect(planAccess(after, wanted, prefix)).toEqual({ add: [], remove: [] });
      }),
    );
  });
});

describe('principals', () => {
  test('are a pattern, or named one by one', () => {
    expect(readPrincipals('User:CN={service},O=Contoso')['dynamics-writer']).toBe(
      'User:CN=dynamics-writer,O=Contoso',
    );
    const named = Object.fromEntries(SERVICES.map((service, index) => [service, `User:${index}`]));
    expect(readPrincipals(JSON.stringify(named))).toEqual(named);
  });

  test.each([
    ['User:leads', /must name \{service\}/],
    ['{service}', /gives ingest-gateway no principal/],
    ['{"portal":"User:portal"}', /gives ingest-gateway no principal/],
    [JSON.stringify(Object.fromEntries(SERVICES.map((service) => [service, 'User:same']))), /one principal/],
    ['{"portal":', /is none/],
  ])('%s is refused', (setting, fault) => {
    expect(() => readPrincipals(setting)).toThrow(fault);
  });
});
