/** The fields for what is done with leads that come again, and with those of customers who asked another partner. */
import { Field, Select } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { MOST_REPEAT_HOURS, OtherPartnerLeads } from '@leads/contracts';
import { otherPartnerWords } from '../connection.ts';
import { FieldPair } from './field-pair.tsx';
import { TextField } from './text-field.tsx';
import type { DetailsFields } from './use-details-form.ts';

export function LeadRuleFields({ fields }: { fields: DetailsFields }): ReactElement {
  return (
    <FieldPair>
      <TextField
        fields={fields}
        field="repeatHours"
        label="Same lead again within (hours)"
        hint={`The same content again is the same lead for so long: 0 to ${MOST_REPEAT_HOURS}, usually 24.`}
        placeholder="24"
        required={false}
      />
      <Field
        label="Leads for another partner"
        hint="Customers who asked another partner on your offer’s page. They opted out of nothing."
      >
        <Select
          value={fields.form.otherPartnerLeads}
          onChange={(_, { value }) => fields.change({ otherPartnerLeads: OtherPartnerLeads.parse(value) })}
        >
          {OtherPartnerLeads.options.map((choice) => (
            <option key={choice} value={choice}>
              {otherPartnerWords[choice]}
            </option>
          ))}
        </Select>
      </Field>
    </FieldPair>
  );
}
