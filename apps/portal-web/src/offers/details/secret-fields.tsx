/** The fields of an application's certificate or client secret, where a connection is entered and where its secret alone is replaced. */
import { Field, Radio, RadioGroup } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';
import { type DetailsForm, expiryHint } from './details-form.ts';
import { FieldPair } from './field-pair.tsx';
import { TextField } from './text-field.tsx';
import type { DetailsFields } from './use-details-form.ts';

/** What the application proves itself with, and the fields of that. @param kept as for each of them, by kind */
export function ProofFields({
  fields,
  kept = {},
}: {
  fields: DetailsFields;
  kept?: Partial<Record<DetailsForm['proof'], ReactNode>>;
}): ReactElement {
  const { proof } = fields.form;
  return (
    <>
      <Field label="Proof" required>
        <RadioGroup
          layout="horizontal"
          value={proof}
          onChange={(_, { value }) => fields.change({ proof: value as DetailsForm['proof'] })}
        >
          <Radio value="certificate" label="By certificate (recommended)" />
          <Radio value="client-secret" label="By secret" />
        </RadioGroup>
      </Field>
      {proof === 'certificate' ? (
        <TextField
          fields={fields}
          field="certificate"
          label="Certificate and private key"
          kind="secret-lines"
          required={kept.certificate === undefined}
          hint={
            kept.certificate ??
            'Both in PEM, the key without a passphrase. Upload the certificate alone to the application.'
          }
          placeholder="-----BEGIN CERTIFICATE-----"
        />
      ) : (
        <FieldPair>
          <ClientSecretField
            fields={fields}
            {...(kept['client-secret'] === undefined ? {} : { kept: kept['client-secret'] })}
          />
          <ExpiryField fields={fields} />
        </FieldPair>
      )}
    </>
  );
}

/** @param kept what is known of the secret that stays where nothing is entered */
function ClientSecretField({ fields, kept }: { fields: DetailsFields; kept?: ReactNode }): ReactElement {
  return (
    <TextField
      fields={fields}
      field="clientSecret"
      label="Client secret"
      kind="secret"
      required={kept === undefined}
      hint={kept ?? 'Certificates & secrets: the Value, not the Secret ID.'}
      {...(kept === undefined ? {} : { placeholder: '••••••••' })}
    />
  );
}

function ExpiryField({ fields }: { fields: DetailsFields }): ReactElement {
  return (
    <TextField
      fields={fields}
      field="clientSecretExpiresOn"
      label="Client secret expires on"
      kind="date"
      required={false}
      hint={expiryHint(fields.form, new Date()) ?? 'Stands beside the secret. You are warned 30 days before.'}
    />
  );
}
