/** Fields of a posted body that the marketplace has not published: their names and what kind of value they hold. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { LeadDetail } from '@leads/contracts/portal-api';
import { quiet } from '../theme/looks.ts';

const useStyles = makeStyles({
  whole: { marginTop: tokens.spacingVerticalM },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  list: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL, overflowWrap: 'anywhere' },
  quiet,
});

export function UnknownFields({
  fields = [],
}: {
  fields: LeadDetail['unknownFields'];
}): ReactElement | undefined {
  const styles = useStyles();
  if (fields.length === 0) return undefined;
  return (
    <div className={styles.whole}>
      <h3 className={styles.title}>Fields that are not known</h3>
      <div className={styles.quiet}>
        They came with it and stand in what was posted; nothing else is made of them.
      </div>
      <ul className={styles.list}>
        {fields.map(({ name, kind }) => (
          <li key={name}>
            {name} ({kind})
          </li>
        ))}
      </ul>
    </div>
  );
}
