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
  underlined: { textDecorationLine: 'underline' },
  inherit: { color: 'inherit', ':hover': { color: 'inherit' } },
});

export interface TextLinkProps {
  to: string;
  /** `in-text` is underlined, `inherit` has the colour of what is around it besides. */
  look?: 'alone' | 'in-text' | 'inherit';
  children: ReactNode;
}

export function TextLink({ to, look = 'alone', children }: TextLinkProps): ReactElement {
  const styles = useStyles();
  return (
    <Link
      to={to}
      className={mergeClasses(
        styles.link,
        look !== 'alone' && styles.underlined,
        look === 'inherit' && styles.inherit,
      )}
    >
      {children}
    </Link>
  );
}
