/** The fields for the offer, the lead destination and the contacts. */
import { Field, Select } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { readContactPlaces } from '@leads/contracts/connection-details';
import type { Contact, PublisherFacts } from '@leads/contracts/portal-api';
import { ContactList } from '../../contacts/contact-list.tsx';
import { LEAD_DESTINATION } from '../connection.ts';
import { FieldPair } from './field-pair.tsx';
import { TextField } from './text-field.tsx';
import type { DetailsFields } from './use-details-form.ts';

export interface OfferFieldsProps {
  fields: DetailsFields;
  publishers: readonly PublisherFacts[];
  isNew: boolean;
}

export function OfferFields({ fields, publishers, isNew }: OfferFieldsProps): ReactElement {
  const fault = fields.faultAt('publisherId');
  return (
    <>
      {isNew && publishers.length !== 1 && (
        <Field label="Publisher" required validationMessage={fault ?? null}>
          <Select
            value={fields.form.publisherId}
            onChange={(_, { value }) => {
              const chosen = publishers.find(({ id }) => id === value);
              fields.change({ publisherId: chosen?.id ?? '', publisherName: chosen?.name ?? '' });
            }}
          >
            <option value="">Choose the publisher</option>
            {publishers.map(({ id, name }) => (
              <option key={id} value={id}>
                {name} ({id})
              </option>
            ))}
          </Select>
        </Field>
      )}
      <FieldPair>
        <TextField
          fields={fields}
          field="offerTitle"
          label="Offer"
          hint="Its name in Partner Center."
          placeholder="Contoso CRM"
        />
        <TextField
          fields={fields}
          field="offerId"
          label="Offer ID"
          kind="exact"
          hint="In Partner Center under the offer’s name."
          placeholder="contoso-crm"
        />
      </FieldPair>
    </>
  );
}

export function DestinationFields({ fields }: { fields: DetailsFields }): ReactElement {
  return (
    <>
      <Field label="Lead destination" required>
        <Select value="dynamics-365">
          <option value="dynamics-365">{LEAD_DESTINATION}</option>
        </Select>
      </Field>
      <TextField
        fields={fields}
        field="url"
        label="URL"
        kind="url"
        hint="Of your Dynamics 365 instance, as the browser shows it."
        placeholder="https://contoso.crm4.dynamics.com"
      />
    </>
  );
}

export interface ContactFieldProps {
  fields: DetailsFields;
  /** How the contacts of the saved list stand. */
  known: readonly Contact[];
}

export function ContactField({ fields, known }: ContactFieldProps): ReactElement {
  // As they are understood; of what is none, what was typed.
  const places = readContactPlaces(fields.form.contactEmails);
  const addresses = [...new Set(places.map(({ typed, address }) => address ?? typed))];
  return (
    <>
      <TextField
        fields={fields}
        field="contactEmails"
        label="Contact email"
        kind="email"
        hint="Who is told of every new lead, and when something breaks. Separate several with semicolons, commas or lines, with names or without."
        placeholder="sales@contoso.com; leads@contoso.com"
      />
      {addresses.length > 0 && <ContactList addresses={addresses} known={known} />}
    </>
  );
}
