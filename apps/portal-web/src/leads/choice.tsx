/** One choice of the filter among a few words. */
import { Field, Select } from '@fluentui/react-components';
import type { ReactElement } from 'react';

export interface ChoiceProps {
  label: string;
  className: string;
  /** Values with their words, in their order. */
  options: readonly (readonly [value: string, words: string])[];
  value: string;
  onChange: (value: string) => void;
}

export function Choice({ label, className, options, value, onChange }: ChoiceProps): ReactElement {
  return (
    <Field label={label} className={className}>
      <Select value={value} onChange={(_, chosen) => onChange(chosen.value)}>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </Select>
    </Field>
  );
}
