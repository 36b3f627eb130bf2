/** An organisation as a seller sees it: the list of leads, and a lead's form. */
import type { Incoming } from '../http/exchange.ts';
import { valuesOf } from '../dataverse/lead-view.ts';
import { dataverseTime } from '../dataverse/dates.ts';
import type { Columns, LeadRow } from '../dataverse/lead-store.ts';
import type { Organization } from '../dataverse/organization.ts';
import { escape, facts, link, page, table, timeOf } from './layout.ts';

const SHOWN = 500;

const addressOf = (base: string, id: string): string =>
  `${base}/main.aspx?etn=lead&id=${id}&pagetype=entityrecord`;

export function leadList(organization: Organization, request: Incoming): string {
  const latest = latestRows(organization);
  const rows = latest.map((row) => {
    const values = valuesOf(row, organization);
    return [
      link(addressOf(request.base, row.id), text(values, 'fullname') || '(no name)'),
      escape(text(values, 'subject')),
      escape(text(values, 'companyname')),
      escape(text(values, 'emailaddress1')),
      escape(labelOf(organization, 'leadsourcecode', values)),
      timeOf(dataverseTime(row.createdOn)),
    ];
  });
  const total = organization.leads.size;
  const note = total > SHOWN ? `The latest ${SHOWN} of ${total} leads.` : `${total} leads.`;
  return page(
    `Leads - ${organization.friendlyName}`,
    `<section><h1>All Leads</h1>${table(['Name', 'Topic', 'Company', 'Email', 'Source', 'Created On'], rows, 'No leads yet.')}<p class="quiet">${note}</p></section>`,
    `Dynamics 365 (emulated) · ${organization.friendlyName}`,
  );
}

export function leadForm(organization: Organization, row: LeadRow, request: Incoming): string {
  const values = valuesOf(row, organization);
  const shown = new Set(MAIN_COLUMNS.flatMap(([, columns]) => columns.map(([name]) => name)));
  const rest = Object.keys(values)
    .filter((name) => !shown.has(name) && values[name] !== null)
    .sort();
  const section = ([title, columns]: (typeof MAIN_COLUMNS)[number]): string =>
    `<section><h2>${escape(title)}</h2>${facts(columns.map(([name, label]) => [label, escape(shownValue(organization, name, values))] as const))}</section>`;
  return page(
    `${text(values, 'fullname') || text(values, 'subject') || 'Lead'} - ${organization.friendlyName}`,
    `<p>${link(`${request.base}/main.aspx?etn=lead&pagetype=entitylist`, '← All Leads')}</p><section><h1>${escape(text(values, 'fullname') || '(no name)')}</h1><p class="quiet">Lead · ${escape(labelOf(organization, 'statecode', values))} · ${escape(labelOf(organization, 'statuscode', values))}</p></section>
    <div class="columns">${MAIN_COLUMNS.map(section).join('')}</div>
    <section><h2>All other columns</h2>${facts(rest.map((name) => [name, escape(shownValue(organization, name, values))] as const))}</section>`,
    `Dynamics 365 (emulated) · ${organization.friendlyName}`,
  );
}

/** Column names and the labels a seller sees, in the form's order. */
const MAIN_COLUMNS: readonly (readonly [
  title: string,
  columns: readonly (readonly [name: string, label: string])[],
])[] = [
  [
    'Contact',
    [
      ['subject', 'Topic'],
      ['firstname', 'First Name'],
      ['lastname', 'Last Name'],
      ['jobtitle', 'Job Title'],
      ['emailaddress1', 'Email'],
      ['telephone1', 'Business Phone'],
      ['mobilephone', 'Mobile Phone'],
    ],
  ],
  [
    'Company',
    [
      ['companyname', 'Company'],
      ['websiteurl', 'Website'],
      ['address1_line1', 'Street 1'],
      ['address1_city', 'City'],
      ['address1_country', 'Country/Region'],
    ],
  ],
  [
    'Details',
    [
      ['leadsourcecode', 'Lead Source'],
      ['leadqualitycode', 'Rating'],
      ['donotemail', 'Email'],
      ['donotphone', 'Phone'],
      ['donotbulkemail', 'Bulk Email'],
      ['description', 'Description'],
    ],
  ],
  [
    'Administration',
    [
      ['createdon', 'Created On'],
      ['modifiedon', 'Modified On'],
      ['_ownerid_value', 'Owner'],
      ['_createdby_value', 'Created By'],
      ['leadid', 'Lead'],
    ],
  ],
];

/** The newest rows first: a Map keeps the order in which leads came. */
function latestRows(organization: Organization): LeadRow[] {
  const ring: LeadRow[] = [];
  let next = 0;
  for (const row of organization.leads.rows()) {
    if (ring.length < SHOWN) ring.push(row);
    else {
      ring[next] = row;
      next = (next + 1) % SHOWN;
    }
  }
  return [...ring.slice(next), ...ring.slice(0, next)].reverse();
}

function text(values: Columns, name: string): string {
  const value = values[name];
  return typeof value === 'string'
    ? value
    : value === null || value === undefined
      ? ''
      : JSON.stringify(value);
}

function labelOf(organization: Organization, name: string, values: Columns): string {
  const option = organization.columns
    .get(name)
    ?.options?.find((candidate) => candidate.value === values[name]);
  return option?.label ?? text(values, name);
}

function shownValue(organization: Organization, name: string, values: Columns): string {
  const user = /^_.*_value$/.test(name) ? organization.usersById.get(text(values, name)) : undefined;
  if (name.startsWith('donot') && typeof values[name] === 'boolean')
    return values[name] ? 'Do Not Allow' : 'Allow';
  return user?.fullname ?? labelOf(organization, name, values);
}
