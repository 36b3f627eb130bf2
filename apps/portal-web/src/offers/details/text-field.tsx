/** One text field of the Connection details, with its fault, for every kind of text. */
import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { Eye20Regular, EyeOff20Regular } from '@fluentui/react-icons';
import { useState, type ReactElement, type ReactNode } from 'react';
import type { DetailsField } from './details-form.ts';
import type { DetailsFields } from './use-details-form.ts';

const useStyles = makeStyles({
  field: { minWidth: 0 },
  input: { minWidth: 0 },
  exact: { fontFamily: tokens.fontFamilyMonospace, minWidth: 0 },
});

export interface TextFieldProps {
  fields: DetailsFields;
  field: DetailsField;
  label: string;
  hint?: ReactNode;
  placeholder?: string;
  required?: boolean;
  /** `secret` is hidden unless one asks to see it; `exact` for ids. */
  kind?: 'text' | 'exact' | 'secret' | 'date' | 'url' | 'email';
}

export function TextField(props: TextFieldProps): ReactElement {
  const { fields, field, label, hint, placeholder, required = true, kind = 'text' } = props;
  const styles = useStyles();
  const [isVisible, setVisible] = useState(false);
  const fault = fields.faultAt(field);
  const isSecret = kind === 'secret';
  return (
    <Field
      className={styles.field}
      label={label}
      required={required}
      hint={hint === undefined ? null : { children: hint }}
      validationState={fault === undefined ? 'none' : 'error'}
      validationMessage={fault ?? null}
    >
      <Input
        className={kind === 'exact' || isSecret ? styles.exact : styles.input}
        name={field}
        type={isSecret ? (isVisible ? 'text' : 'password') : kind === 'date' ? 'date' : 'text'}
        inputMode={kind === 'url' ? 'url' : kind === 'email' ? 'email' : 'text'}
        autoComplete={isSecret ? 'new-password' : 'off'}
        autoCapitalize="off"
        spellCheck={false}
        value={fields.form[field]}
        {...(placeholder === undefined ? {} : { placeholder })}
        onChange={(_, { value }) => fields.change({ [field]: value })}
        onBlur={() => fields.leave(field)}
        {...(isSecret && fields.form[field] !== ''
          ? {
              contentAfter: (
                <Button
                  size="small"
                  appearance="transparent"
                  aria-label={isVisible ? `Hide ${label}` : `Show ${label}`}
                  icon={isVisible ? <EyeOff20Regular /> : <Eye20Regular />}
                  onClick={() => setVisible(!isVisible)}
                />
              ),
            }
          : {})}
      />
    </Field>
  );
}
