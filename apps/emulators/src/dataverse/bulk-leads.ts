/** CreateMultiple, UpdateMultiple and UpsertMultiple: many leads in one transaction, all or nothing. */
import { empty, json, type Reply } from '../http/exchange.ts';
import { jsonBody, type Call } from './call.ts';
import { created, lookUp, notFound, updated, type LeadKey } from './change-leads.ts';
import { insertLead } from './create-lead.ts';
import { badPayload, DataverseError, messageNotAvailable } from './errors.ts';
import type { Columns } from './lead-store.ts';
import { parseLeadKey } from './lead-address.ts';
import { demand, demandCreate } from './privileges.ts';
import { GUID } from '../ids.ts';

const TYPES = new Set(['Microsoft.Dynamics.CRM.lead', '#Microsoft.Dynamics.CRM.lead']);

/** POST /leads/Microsoft.Dynamics.CRM.CreateMultiple: the new ids in the order of the targets. */
export function createMultiple(call: Call): Reply {
  const { world, organization, user } = call;
  if (!organization.settings.switches.createMultiple)
    throw messageNotAvailable('Microsoft.Dynamics.CRM.CreateMultiple');
  demandCreate(organization, user);
  const targets = targetsOf(call);
  const ids = world.atomically(() => targets.map((target) => insertLead(call, target, 'bulk').id));
  return json(
    200,
    { '@odata.context': `${call.root}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`, Ids: ids },
    'application/json; odata.metadata=minimal',
  );
}

/** POST /leads/Microsoft.Dynamics.CRM.UpdateMultiple */
export function updateMultiple(call: Call): Reply {
  demand(call.user, 'prvWriteLead', 'Basic', 'lead');
  const targets = targetsOf(call);
  call.world.atomically(() => {
    for (const target of targets) {
      const key = keyOf(target);
      const row = lookUp(call.organization, key);
      if (!row) throw notFound(key);
      updated(call, row, target);
    }
  });
  return empty(204, { 'odata-version': '4.0' });
}

/** POST /leads/Microsoft.Dynamics.CRM.UpsertMultiple: says nothing about which rows were new. */
export function upsertMultiple(call: Call): Reply {
  const { organization, user, world } = call;
  if (!organization.settings.switches.upsertMultiple)
    throw messageNotAvailable('Microsoft.Dynamics.CRM.UpsertMultiple');
  demandCreate(organization, user);
  demand(user, 'prvWriteLead', 'Basic', 'lead');
  const targets = targetsOf(call);
  world.atomically(() => {
    for (const target of targets) {
      const key = keyOf(target);
      const row = lookUp(organization, key);
      if (row) updated(call, row, target);
      else created(call, key, target, 'bulk');
    }
  });
  return empty(204, { 'odata-version': '4.0' });
}

function targetsOf({ request }: Call): readonly Columns[] {
  const body = jsonBody(request) as { Targets?: unknown } | null;
  const targets = body?.Targets;
  if (!Array.isArray(targets)) throw badPayload("The parameter 'Targets' is missing or not a collection.");
  if (targets.length === 0)
    throw new DataverseError(400, '0x80040203', "The parameter 'Targets' must hold at least one record.");
  for (const target of targets as unknown[]) {
    const type = (target as Columns | null)?.['@odata.type'];
    if (type === undefined)
      throw badPayload(
        "A type named '' could not be resolved by the model: every target must name its type in '@odata.type'.",
      );
    if (typeof type !== 'string' || !TYPES.has(type))
      throw badPayload(
        `A type named '${typeof type === 'string' ? type.slice(0, 100) : ''}' could not be resolved by the model, or is not assignable to 'Microsoft.Dynamics.CRM.lead'.`,
      );
  }
  return targets as Columns[];
}

function keyOf(target: Columns): LeadKey {
  const address = target['@odata.id'];
  const id = target['leadid'];
  if (typeof address === 'string') {
    const key = parseLeadKey(address.replace(/^.*\/(?=leads\()/, ''));
    if (key) return key.key;
  } else if (typeof id === 'string' && GUID.test(id)) return { id: id.toLowerCase() };
  throw badPayload("Every target needs 'leadid' or '@odata.id' with the key of its record.");
}
