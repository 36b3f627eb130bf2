/** The field in which operators enter the domains that are a publisher's own. */
import { Field, Input } from '@fluentui/react-components';
import type { ReactElement } from 'react';

export interface DomainsFieldProps {
  value: string;
  fault: string | undefined;
  onChange: (value: string) => void;
}

export function DomainsField({ value, fault, onChange }: DomainsFieldProps): ReactElement {
  return (
    <Field
      label="Mail domains"
      hint="Contacts at these domains, and below them, get mails about leads at once; all others confirm first. Separate several with semicolons; leave it empty where you are not sure."
      validationMessage={fault ?? null}
    >
      <Input
        value={value}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        placeholder="contoso.com; contoso.de"
        onChange={(_, { value: entered }) => onChange(entered)}
      />
    </Field>
  );
}
