/** One text field of the Connection details, with its fault, for every kind of text. */
import { Button, Field, Input, makeStyles, mergeClasses, Textarea, tokens } from '@fluentui/react-components';
import { Eye20Regular, EyeOff20Regular } from '@fluentui/react-icons';
import { useState, type ReactElement, type ReactNode } from 'react';
import type { DetailsField } from './details-form.ts';
import type { DetailsFields } from './use-details-form.ts';

const useStyles = makeStyles({
  field: { minWidth: 0 },
  input: { minWidth: 0 },
  exact: { fontFamily: tokens.fontFamilyMonospace, minWidth: 0 },
  // A field of several lines has no type of its own that hides what is in it.
  hidden: { WebkitTextSecurity: 'disc' },
});

export interface TextFieldProps {
  fields: DetailsFields;
  field: DetailsField;
  label: string;
  hint?: ReactNode;
  placeholder?: string;
  required?: boolean;
  /** `secret` is hidden unless one asks to see it, `secret-lines` always; `exact` for ids. */
  kind?: 'text' | 'exact' | 'secret' | 'date' | 'url' | 'email' | 'secret-lines';
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
      {kind === 'secret-lines' ? (
        <Textarea
          // What stands beside it while nothing is entered is no secret.
          textarea={{ className: mergeClasses(styles.exact, fields.form[field] !== '' && styles.hidden) }}
          name={field}
          rows={5}
          autoComplete="off"
          spellCheck={false}
          value={fields.form[field]}
          {...(placeholder === undefined ? {} : { placeholder })}
          onChange={(_, { value }) => fields.change({ [field]: value })}
          onBlur={() => fields.leave(field)}
        />
      ) : (
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
      )}
    </Field>
  );
}
