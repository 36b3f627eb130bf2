/** The fields for how contacts are told: how much of a customer, in which language, in whose time. */
import { Field, Select } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { CustomerShown, MessageLanguage } from '@leads/contracts';
import { customerShownWords, languageWords } from '../connection.ts';
import { FieldPair } from './field-pair.tsx';
import { TextField } from './text-field.tsx';
import type { DetailsFields } from './use-details-form.ts';

export function MessageFields({ fields }: { fields: DetailsFields }): ReactElement {
  const { form, change } = fields;
  return (
    <>
      <Field
        label="Mails to contacts show"
        hint="A mail goes over the internet and stays in mailboxes. Everything stands in Dynamics 365 and here."
      >
        <Select
          value={form.customerShown}
          onChange={(_, { value }) => change({ customerShown: CustomerShown.parse(value) })}
        >
          {CustomerShown.options.map((choice) => (
            <option key={choice} value={choice}>
              {customerShownWords[choice]}
            </option>
          ))}
        </Select>
      </Field>
      <FieldPair>
        <Field label="Language of mails">
          <Select
            value={form.messageLanguage}
            onChange={(_, { value }) => change({ messageLanguage: MessageLanguage.parse(value) })}
          >
            {MessageLanguage.options.map((choice) => (
              <option key={choice} value={choice} lang={choice}>
                {languageWords[choice]}
              </option>
            ))}
          </Select>
        </Field>
        <TextField
          fields={fields}
          field="messageTimeZone"
          label="Time zone of mails"
          hint="By its name, such as Europe/Berlin."
          placeholder="UTC"
        />
      </FieldPair>
    </>
  );
}
