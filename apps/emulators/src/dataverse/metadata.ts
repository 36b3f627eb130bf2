/** The lead table described: EntityDefinitions with attributes, option sets and keys. */
import { guidOf } from '../ids.ts';
import { json, type Reply } from '../http/exchange.ts';
import { FilterError, matches, parseFilter } from '../odata/filter.ts';
import type { Call } from './call.ts';
import { badQuery, DataverseError } from './errors.ts';
import type { Column } from './lead-columns.ts';
import type { Columns } from './lead-store.ts';
import { logicalNameOf, relationshipsOf } from './lookups.ts';
import { demand } from './privileges.ts';
import { queryOptions, type QueryOptions } from './query-options.ts';

const CRM = 'Microsoft.Dynamics.CRM';
const ADDRESS = /^EntityDefinitions(?:\((?:LogicalName='([^']*)'|([0-9a-f-]{36}))\))?(?:\/(.*))?$/;
const LEAD_ID = guidOf('entity', 'lead');

const KINDS: Readonly<Record<Column['type'], { readonly metadata: string; readonly name: string }>> = {
  string: { metadata: 'StringAttributeMetadata', name: 'String' },
  memo: { metadata: 'MemoAttributeMetadata', name: 'Memo' },
  picklist: { metadata: 'PicklistAttributeMetadata', name: 'Picklist' },
  state: { metadata: 'StateAttributeMetadata', name: 'State' },
  status: { metadata: 'StatusAttributeMetadata', name: 'Status' },
  boolean: { metadata: 'BooleanAttributeMetadata', name: 'Boolean' },
  integer: { metadata: 'IntegerAttributeMetadata', name: 'Integer' },
  bigint: { metadata: 'BigIntAttributeMetadata', name: 'BigInt' },
  decimal: { metadata: 'DecimalAttributeMetadata', name: 'Decimal' },
  money: { metadata: 'MoneyAttributeMetadata', name: 'Money' },
  datetime: { metadata: 'DateTimeAttributeMetadata', name: 'DateTime' },
  lookup: { metadata: 'LookupAttributeMetadata', name: 'Lookup' },
  uniqueidentifier: { metadata: 'AttributeMetadata', name: 'Uniqueidentifier' },
};

/** GET /EntityDefinitions…; undefined when the resource is another. */
export function entityDefinitions(call: Call): Reply | undefined {
  const match = ADDRESS.exec(call.resource);
  if (!match) return undefined;
  demand(call.user, 'prvReadEntity', 'Global', 'entity');
  const [, logicalName, id, rest = ''] = match;
  const options = queryOptions(call.request.search);
  if (logicalName === undefined && id === undefined)
    return collection(
      call,
      'EntityDefinitions',
      call.organization.settings.hasLeadTable ? [entity(call, options)] : [],
      options,
    );
  if (
    (logicalName ?? 'lead') !== 'lead' ||
    (id ?? LEAD_ID) !== LEAD_ID ||
    !call.organization.settings.hasLeadTable
  )
    throw new DataverseError(
      404,
      '0x80060888',
      `Could not find an entity with name '${logicalName ?? id ?? ''}'.`,
    );
  if (rest === '') return single(call, 'EntityDefinitions/$entity', entity(call, options), options);
  if (rest === 'Keys') return collection(call, 'Keys', keys(call), options);
  if (rest === 'ManyToOneRelationships') {
    demand(call.user, 'prvReadRelationship', 'Global', 'relationship');
    return collection(call, "EntityDefinitions('lead')/ManyToOneRelationships", relationships(call), options);
  }
  demand(call.user, 'prvReadAttribute', 'Global', 'attribute');
  return attributes(call, rest, options);
}

function attributes(call: Call, rest: string, options: QueryOptions): Reply {
  const match =
    /^Attributes(?:\(LogicalName='([^']*)'\))?(?:\/Microsoft\.Dynamics\.CRM\.(\w+))?(?:\/((?:Global)?OptionSet))?$/.exec(
      rest,
    );
  if (!match) throw new DataverseError(404, '0x80060888', `Resource not found for the segment '${rest}'.`);
  const [, name, kind, segment] = match;
  const wanted = [...call.organization.columns.values()].filter(
    (column) =>
      (name === undefined || column.logicalName === name) &&
      (kind === undefined || KINDS[column.type].metadata === kind),
  );
  const expand = `${options.expand ?? ''},${segment ?? ''}`;
  const expanded = ['OptionSet', 'GlobalOptionSet'].filter((set) =>
    new RegExp(`(^|,)${set}\\b`).test(expand),
  );
  const { languages } = call.organization.settings.padding;
  const context = `EntityDefinitions('lead')/Attributes${kind === undefined ? '' : `/${CRM}.${kind}`}`;
  if (name === undefined)
    return collection(
      call,
      context,
      wanted.map((column) => attribute(column, expanded, languages)),
      options,
    );
  const found = wanted[0];
  if (!found)
    throw new DataverseError(
      404,
      '0x80060888',
      `Could not find an attribute with name '${name}' in entity 'lead'.`,
    );
  const described = attribute(found, expanded, languages);
  if (segment !== undefined) return json(200, described[segment]);
  return single(call, `${context}/$entity`, described, options);
}

function entity(call: Call, options: QueryOptions): Columns {
  const expand = options.expand ?? '';
  return {
    MetadataId: LEAD_ID,
    LogicalName: 'lead',
    SchemaName: 'Lead',
    EntitySetName: 'leads',
    LogicalCollectionName: 'leads',
    PrimaryIdAttribute: 'leadid',
    PrimaryNameAttribute: 'fullname',
    ObjectTypeCode: 4,
    OwnershipType: 'UserOwned',
    IsCustomEntity: false,
    DisplayName: label('Lead'),
    ...(/\bKeys\b/.test(expand) ? { Keys: keys(call) } : {}),
    ...(/\bAttributes\b/.test(expand)
      ? { Attributes: [...call.organization.columns.values()].map((column) => attribute(column, [], 1)) }
      : {}),
    ...(/\bManyToOneRelationships\b/.test(expand) ? { ManyToOneRelationships: relationships(call) } : {}),
  };
}

function keys(call: Call): Columns[] {
  return call.organization.settings.alternateKeys.map((key) => ({
    MetadataId: guidOf('key', call.organization.host, key.name),
    SchemaName: key.name,
    LogicalName: key.name.toLowerCase(),
    EntityLogicalName: 'lead',
    KeyAttributes: key.columns,
    EntityKeyIndexStatus: key.status,
  }));
}

function relationships(call: Call): Columns[] {
  return [...call.organization.columns.values()].flatMap((column) =>
    relationshipsOf(column).map(({ navigation, target }) => ({
      '@odata.type': `#${CRM}.OneToManyRelationshipMetadata`,
      MetadataId: guidOf('relationship', 'lead', navigation, target),
      SchemaName: `lead_${navigation}_${logicalNameOf(target)}`,
      RelationshipType: 'OneToManyRelationship',
      ReferencingEntity: 'lead',
      ReferencingAttribute: column.logicalName,
      ReferencingEntityNavigationPropertyName: navigation,
      ReferencedEntity: logicalNameOf(target),
      ReferencedAttribute: `${logicalNameOf(target)}id`,
      ReferencedEntityNavigationPropertyName: `lead_${navigation}`,
    })),
  );
}

/** @param expanded `OptionSet`, `GlobalOptionSet`; only the one that has the options is not empty */
function attribute(column: Column, expanded: readonly string[], languages: number): Columns {
  const kind = KINDS[column.type];
  const limits =
    column.maxLength === undefined
      ? {}
      : {
          MaxLength: column.maxLength,
          ...(column.type === 'string' ? { FormatName: { Value: column.format ?? 'Text' } } : {}),
        };
  return {
    '@odata.type': `#${CRM}.${kind.metadata}`,
    MetadataId: guidOf('attribute', 'lead', column.logicalName),
    LogicalName: column.logicalName,
    SchemaName: column.schemaName ?? column.logicalName,
    EntityLogicalName: 'lead',
    AttributeType: kind.name,
    AttributeTypeName: { Value: `${kind.name}Type` },
    ...limits,
    RequiredLevel: { Value: column.requiredLevel, CanBeChanged: true },
    IsValidForCreate: column.validForCreate,
    IsValidForUpdate: column.validForUpdate,
    IsValidForRead: true,
    IsSecured: column.secured,
    DisplayName: label(column.logicalName, languages),
    ...(column.options
      ? Object.fromEntries(expanded.map((set) => [set, optionSet(column, set, languages)]))
      : {}),
    ...(column.targets ? { Targets: column.targets.map(logicalNameOf) } : {}),
  };
}

function optionSet(column: Column, set: string, languages: number): Columns | null {
  const isGlobal = column.globalOptionSet !== undefined;
  if (isGlobal !== (set === 'GlobalOptionSet')) return null;
  return {
    Name: column.globalOptionSet ?? `lead_${column.logicalName}`,
    IsGlobal: isGlobal,
    OptionSetType: KINDS[column.type].name,
    Options: (column.options ?? []).map(({ value, label: text }) => ({
      Value: value,
      Label: label(text, languages),
    })),
  };
}

/** Language codes count up from English, which is the user's. */
function label(text: string, languages = 1): Columns {
  const localized = Array.from({ length: languages }, (_, n) => ({
    Label: text,
    LanguageCode: 1033 + n,
    IsManaged: true,
  }));
  return { LocalizedLabels: localized, UserLocalizedLabel: localized[0] };
}

function collection(call: Call, context: string, rows: readonly Columns[], options: QueryOptions): Reply {
  return json(
    200,
    {
      '@odata.context': `${call.root}/$metadata#${context}`,
      value: filtered(rows, options).map((row) => picked(row, options)),
    },
    'application/json; odata.metadata=minimal',
  );
}

function single(call: Call, context: string, row: Columns, options: QueryOptions): Reply {
  return json(
    200,
    { '@odata.context': `${call.root}/$metadata#${context}`, ...picked(row, options) },
    'application/json; odata.metadata=minimal',
  );
}

function filtered(rows: readonly Columns[], { filter }: QueryOptions): readonly Columns[] {
  if (filter === undefined) return rows;
  try {
    const expression = parseFilter(filter);
    return rows.filter((row) =>
      matches(expression, {
        ...row,
        'RequiredLevel/Value': (row['RequiredLevel'] as Columns | undefined)?.['Value'],
      }),
    );
  } catch (error) {
    if (error instanceof FilterError) throw badQuery(error.message);
    throw error;
  }
}

function picked(row: Columns, { select, expand }: QueryOptions): Columns {
  if (select === undefined) return row;
  const expanded = (expand ?? '').split(/[(,;]/).map((name) => name.trim());
  const names = ['@odata.type', ...select.split(',').map((name) => name.trim()), 'MetadataId', ...expanded];
  return Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]]));
}
