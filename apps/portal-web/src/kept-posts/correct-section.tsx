/** Corrects a post, in a form or as text; shows what it becomes before a lead is made of it. */
import {
  Button,
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useState, type ReactElement } from 'react';
import type { Correction, MarketplaceLead } from '@leads/contracts';
import type { KeptPostView } from '@leads/contracts/portal-api';
import { BusyButton } from '../pieces/busy-button.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { countWords } from '../pieces/time-words.ts';
import { buttonRow } from '../theme/looks.ts';
import { useCorrectionRead, usePostAct } from './kept-post-queries.ts';
import { beginningText, flat, LEAD_FIELDS, type LeadField, leadOf } from './kept-post-words.ts';

const useStyles = makeStyles({
  fields: {
    display: 'grid',
    alignItems: 'start',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(220px, 100%), 1fr))',
    gap: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
  },
  whole: { gridColumn: '1 / -1' },
  text: { fontFamily: tokens.fontFamilyMonospace, '& textarea': { minHeight: '320px' } },
  becomes: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  buttons: buttonRow,
});

export function CorrectSection({ post }: { post: KeptPostView }): ReactElement {
  const styles = useStyles();
  const [way, setWay] = useState<'form' | 'text'>('form');
  const [fields, setFields] = useState(() => flat(post.found));
  const [text, setText] = useState(() => beginningText(post.rest ?? post.text, post.found));
  const read = useCorrectionRead(post.postId);
  const act = usePostAct(post.postId);
  const toast = useSuccessToast();
  const correction: Correction = way === 'form' ? { lead: leadOf(fields) } : { text };
  const problem = read.error ?? act.error;
  const changed = (change: () => void): void => {
    change();
    read.reset();
    act.reset();
  };
  const makeLead = (): void =>
    act.mutate(
      { kind: 'replay', correction },
      {
        onSuccess: (acted) => {
          if (acted.kind !== 'one') return;
          toast(acted.settled.isNew ? 'A lead was made of it' : 'It was decided before');
        },
      },
    );
  return (
    <Section
      title="Make a lead of it"
      intro="What was understood stands in the form. Correct it, see what it becomes, and have the lead made: it is written like any other, once."
    >
      <RadioGroup
        layout="horizontal"
        aria-label="How to correct it"
        value={way}
        onChange={(_, { value }) => changed(() => setWay(value === 'text' ? 'text' : 'form'))}
      >
        <Radio value="form" label="In a form" />
        <Radio value="text" label="As text" />
      </RadioGroup>
      {way === 'form' ? (
        <FormFields
          fields={fields}
          onChange={(name, value) => changed(() => setFields({ ...fields, [name]: value }))}
        />
      ) : (
        <Field
          label="The post as JSON"
          hint="As the marketplace would have sent it; a list of leads becomes each of them."
        >
          <Textarea
            className={styles.text}
            resize="vertical"
            spellCheck={false}
            value={text}
            onChange={(_, { value }) => changed(() => setText(value))}
          />
        </Field>
      )}
      {problem && <ProblemBar problem={problem} showFaults />}
      {read.data && <Becomes leads={read.data.leads} />}
      <div className={styles.buttons}>
        {read.data && read.data.leads.length > 0 ? (
          <BusyButton appearance="primary" isBusy={act.isPending} onClick={makeLead}>
            {read.data.leads.length === 1
              ? 'Make the lead'
              : `Make ${countWords(read.data.leads.length, 'lead')}`}
          </BusyButton>
        ) : (
          <BusyButton appearance="primary" isBusy={read.isPending} onClick={() => read.mutate(correction)}>
            See what it becomes
          </BusyButton>
        )}
        <Button
          onClick={() =>
            changed(() => {
              setFields(flat(post.found));
              setText(beginningText(post.rest ?? post.text, post.found));
            })
          }
        >
          Begin anew
        </Button>
      </div>
    </Section>
  );
}

function FormFields({
  fields,
  onChange,
}: {
  fields: Record<LeadField, string>;
  onChange: (name: LeadField, value: string) => void;
}): ReactElement {
  const styles = useStyles();
  return (
    <div className={styles.fields}>
      {LEAD_FIELDS.map(([name, words]) =>
        name === 'description' ? (
          <Field key={name} label={words} className={styles.whole}>
            <Textarea value={fields[name]} onChange={(_, { value }) => onChange(name, value)} />
          </Field>
        ) : (
          <Field
            key={name}
            label={words}
            {...(name === 'actionCode' && {
              hint: 'INS, PLT, DNC, Create, or what else the marketplace says.',
            })}
          >
            <Input value={fields[name]} onChange={(_, { value }) => onChange(name, value)} />
          </Field>
        ),
      )}
    </div>
  );
}

function Becomes({ leads }: { leads: readonly MarketplaceLead[] }): ReactElement {
  const styles = useStyles();
  if (leads.length === 0) {
    return (
      <div className={styles.becomes} role="status">
        <h3 className={styles.title}>It is still no lead</h3>
        Give a name, an e-mail address or a phone number. Text has to be valid JSON, all of it a lead.
      </div>
    );
  }
  return (
    <div className={styles.becomes} role="status">
      <h3 className={styles.title}>
        {leads.length === 1 ? 'It becomes this lead' : `It becomes ${countWords(leads.length, 'lead')}`}
      </h3>
      {leads.map((lead, place) => (
        // Two may be equal in everything.
        <Facts key={place}>
          {LEAD_FIELDS.filter(([name]) => flat(lead)[name] !== '').map(([name, words]) => (
            <Fact key={name} name={words}>
              {flat(lead)[name]}
            </Fact>
          ))}
        </Facts>
      ))}
    </div>
  );
}
