/** The suite itself, in order: what is done, and what the emulator answers to it, by what the user may do. */
import { LEAD_STEPS } from './lead-steps.ts';
import { ask, DENIED, NOBODY, raw, step, writer, type Step } from './step.ts';

const tokens: Step[] = [
  step('a token for the application', '200', (stage) => ask(stage, {})),
  step('a wrong secret', '401 7000215', (stage) => ask(stage, { clientSecret: 'wrong' })),
  step('an unknown application', '400 700016', (stage) => ask(stage, { clientId: NOBODY })),
  step('an unknown tenant', '400 90002', (stage) => ask(stage, { tenantId: NOBODY })),
  step('an organization outside the tenant', '400 500011', (stage) =>
    ask(stage, {}, 'https://conformance-nobody.crm4.dynamics.com/.default'),
  ),
];

const connection: Step[] = [
  step('no token', '401 0x0', (stage) => raw(stage, 'WhoAmI', {}, false)),
  step('a token that is none', '401 0x0', (stage) =>
    raw(stage, 'WhoAmI', { headers: { authorization: 'Bearer rubbish' } }, false),
  ),
  step('WhoAmI', '200', ({ api }) => api.callFunction({ name: 'WhoAmI' })),
  step('RetrieveVersion', '200', ({ api }) => api.callFunction({ name: 'RetrieveVersion' })),
  step('the lead writer solution', '200', ({ api }) =>
    api.retrieveMultiple({
      collection: 'solutions',
      select: ['uniquename', 'version', 'ismanaged'],
      filter: "uniquename eq 'MicrosoftMarketplacesLeadIntegrationSolution'",
    }),
  ),
  step('a solution that is not there', '200', ({ api }) =>
    api.retrieveMultiple({
      collection: 'solutions',
      select: ['uniquename'],
      filter: "uniquename eq 'conformance_nobody'",
    }),
  ),
  step('one’s own privilege', '200', async (stage) =>
    stage.api.callFunction({
      collection: 'systemusers',
      key: await stage.userId(),
      name: 'Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName',
      parameters: { PrivilegeName: 'prvCreateLead' },
    }),
  ),
  step('one’s own roles', writer(DENIED, '200'), async (stage) =>
    raw(stage, `systemusers(${await stage.userId()})/systemuserroles_association?$select=name`, {}),
  ),
  step('all of one’s own privileges', '200', async (stage) =>
    raw(stage, `systemusers(${await stage.userId()})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges`, {}),
  ),
  step('what one may do with secured columns', '200', async (stage) =>
    raw(
      stage,
      `systemusers(${await stage.userId()})/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()`,
      {},
    ),
  ),
  step('one’s own teams', writer(DENIED, '200'), async (stage) =>
    raw(stage, `systemusers(${await stage.userId()})/teammembership_association?$select=name`, {}),
  ),
  step('which navigation property binds which lookup', '200', (stage) =>
    raw(
      stage,
      "EntityDefinitions(LogicalName='lead')/ManyToOneRelationships?$select=ReferencingAttribute,ReferencingEntityNavigationPropertyName,ReferencedEntity",
      {},
    ),
  ),
  step('options of all choices, local and global', '200', (stage) =>
    raw(
      stage,
      "EntityDefinitions(LogicalName='lead')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)",
      {},
    ),
  ),
  step('lengths of text columns', '200', ({ api }) =>
    api.retrieveAttributes({
      entityKey: "LogicalName='lead'",
      castType: 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
      select: ['LogicalName', 'MaxLength'],
    }),
  ),
  step('options of leadsourcecode', '200', ({ api }) =>
    api.retrieveAttribute({
      entityKey: "LogicalName='lead'",
      attributeKey: "LogicalName='leadsourcecode'",
      castType: 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
      select: ['LogicalName'],
      expand: [{ property: 'OptionSet' }],
    }),
  ),
  step('alternate keys', '200', ({ api }) =>
    api.retrieveEntity({
      key: "LogicalName='lead'",
      select: ['SchemaName'],
      expand: [{ property: 'Keys', select: ['KeyAttributes', 'EntityKeyIndexStatus'] }],
    }),
  ),
  step('which bulk messages there are', '200', ({ api }) =>
    api.retrieveMultiple({
      collection: 'sdkmessagefilters',
      select: ['sdkmessagefilterid'],
      filter: "sdkmessageid/name eq 'CreateMultiple' and primaryobjecttypecode eq 'lead'",
    }),
  ),
  step('a table that is not there', '404 0x8006088a', ({ api }) =>
    api.retrieveMultiple({ collection: 'conformancenobodies' }),
  ),
];

export const STEPS: readonly Step[] = [...tokens, ...connection, ...LEAD_STEPS];
