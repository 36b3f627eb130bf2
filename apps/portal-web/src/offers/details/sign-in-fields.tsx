/** The fields for how the connection signs in, by the authentication that was chosen. */
import {
  Field,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Radio,
  RadioGroup,
} from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { dayWords } from '../../pieces/time-words.ts';
import { Time } from '../../pieces/time.tsx';
import { authenticationWords, type Authentication, type Connection, secretWords } from '../connection.ts';
import { FieldPair } from './field-pair.tsx';
import { ProofFields } from './secret-fields.tsx';
import { TextField } from './text-field.tsx';
import type { DetailsFields } from './use-details-form.ts';

export interface SignInFieldsProps {
  fields: DetailsFields;
  saved: Connection | undefined;
}

export function SignInFields({ fields, saved }: SignInFieldsProps): ReactElement {
  const { authentication } = fields.form;
  return (
    <>
      <Field label="Authentication" required>
        <RadioGroup
          layout="horizontal"
          value={authentication}
          onChange={(_, { value }) => fields.change({ authentication: value as Authentication })}
        >
          <Radio
            value="azure-active-directory"
            label={`${authenticationWords['azure-active-directory']} (recommended)`}
          />
          <Radio value="office-365" label={authenticationWords['office-365']} />
        </RadioGroup>
      </Field>
      {authentication === 'office-365' ? (
        <UserFields fields={fields} saved={saved} />
      ) : (
        <ApplicationFields fields={fields} saved={saved} />
      )}
    </>
  );
}

function ApplicationFields({ fields, saved }: SignInFieldsProps): ReactElement {
  const kept = saved?.authentication === 'azure-active-directory' ? saved.secret : undefined;
  return (
    <>
      <TextField
        fields={fields}
        field="applicationId"
        label="Application (client) ID"
        kind="exact"
        hint="Azure portal, App registrations, your application, Overview."
        placeholder="12345678-1234-1234-1234-123456789abc"
      />
      <TextField
        fields={fields}
        field="directoryId"
        label="Directory ID"
        kind="exact"
        hint="Azure portal, Azure Active Directory (Microsoft Entra ID), Properties. Also named Tenant ID."
        placeholder="12345678-1234-1234-1234-123456789abc"
      />
      <ProofFields fields={fields} {...(kept ? { kept: { [kept.kind]: <Kept secret={kept} /> } } : {})} />
    </>
  );
}

function UserFields({ fields, saved }: SignInFieldsProps): ReactElement {
  const kept = saved?.authentication === 'office-365' ? saved.secret : undefined;
  return (
    <>
      <MessageBar intent="warning" layout="multiline" politeness="polite">
        <MessageBarBody>
          <MessageBarTitle>Office 365 is a legacy way to sign in.</MessageBarTitle>
          It stops working where the directory asks this user for multi-factor authentication or blocks it by
          Conditional Access, the password has to be renewed every 90 days, and the user needs a paid licence.
          Choose Azure Active Directory wherever you can.
        </MessageBarBody>
      </MessageBar>
      <FieldPair>
        <TextField
          fields={fields}
          field="userName"
          label="User name"
          kind="email"
          placeholder="contoso@contoso.onmicrosoft.com"
        />
        <TextField
          fields={fields}
          field="password"
          label="Password"
          kind="secret"
          required={!kept}
          {...(kept ? { hint: <Kept secret={kept} />, placeholder: '••••••••' } : {})}
        />
      </FieldPair>
    </>
  );
}

/** What is known of a secret that stays. */
function Kept({ secret }: { secret: Connection['secret'] }): ReactElement {
  return (
    <>
      {secretWords[secret.kind]} set <Time at={secret.setAt} />
      {secret.expiresOn === undefined ? '' : `, expires on ${dayWords(secret.expiresOn)}`}. Leave empty to
      keep it.
    </>
  );
}
