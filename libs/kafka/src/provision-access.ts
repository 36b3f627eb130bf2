/** Makes the broker's access rules what the catalogue says. */
import kafkajs, { type AclPermissionTypes, type Admin } from 'kafkajs';
import {
  type AccessChanges,
  type AccessRule,
  accessRules,
  planAccess,
  type Principals,
} from './access-rules.ts';
import { createClient } from './kafka-client.ts';
import type { KafkaSettings } from './settings.ts';

const { ALLOW } = kafkajs.AclPermissionTypes;
const ANY_HOST = '*';

/**
 * Adds the rules that services need and takes away what else their principals may do with our topics and groups.
 * Rules of other principals, and those that deny, stay. A second run changes nothing.
 *
 * The principal that runs this needs ALTER and DESCRIBE on the cluster, or to be a super user.
 * @throws where the broker has no authorizer, or does not let us
 */
export async function provisionAccess(
  settings: KafkaSettings,
  principals: Principals,
): Promise<AccessChanges> {
  const admin = createClient(settings).admin();
  await admin.connect();
  try {
    const existing = await Promise.all(
      Object.values(principals).map((principal) => allowed(admin, principal)),
    );
    const changes = planAccess(existing.flat(), accessRules(settings, principals), settings);
    // What is missing first: a service that runs loses nothing that it needs in between.
    if (changes.add.length > 0) await admin.createAcls({ acl: changes.add.map(asAcl) });
    if (changes.remove.length > 0) await admin.deleteAcls({ filters: changes.remove.map(asAcl) });
    return changes;
  } finally {
    await admin.disconnect();
  }
}

/** What the broker allows one principal, from anywhere. */
async function allowed(admin: Admin, principal: string): Promise<AccessRule[]> {
  const { resources } = await admin.describeAcls({
    principal,
    resourceType: kafkajs.AclResourceTypes.ANY,
    resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
    operation: kafkajs.AclOperationTypes.ANY,
    permissionType: kafkajs.AclPermissionTypes.ANY,
  });
  return resources.flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
    acls
      .filter(({ host, permissionType }) => host === ANY_HOST && permissionType === ALLOW)
      .map(({ operation }) => ({ principal, resourceType, resourceName, resourcePatternType, operation })),
  );
}

function asAcl(rule: AccessRule): AccessRule & { host: string; permissionType: AclPermissionTypes } {
  return { ...rule, host: ANY_HOST, permissionType: ALLOW };
}
