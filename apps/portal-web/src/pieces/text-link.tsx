/** A link to another page of the console, in running text or a table. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';
import { Link } from 'react-router';

const useStyles = makeStyles({
  link: {
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: 'none',
    borderRadius: tokens.borderRadiusSmall,
    overflowWrap: 'anywhere',
    ':hover': { color: tokens.colorBrandForegroundLinkHover, textDecorationLine: 'underline' },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  plain: { color: 'inherit', textDecorationLine: 'underline', ':hover': { color: 'inherit' } },
});

export interface TextLinkProps {
  to: string;
  /** In the colour of what is around it, underlined. */
  isPlain?: boolean;
  children: ReactNode;
}

export function TextLink({ to, isPlain = false, children }: TextLinkProps): ReactElement {
  const styles = useStyles();
  return (
    <Link to={to} className={mergeClasses(styles.link, isPlain && styles.plain)}>
      {children}
    </Link>
  );
}
