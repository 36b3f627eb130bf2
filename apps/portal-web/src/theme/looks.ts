/** Looks that many components share, to be spread into `makeStyles`. */
import { tokens } from '@fluentui/react-components';

/** What stands for itself on a page, with an edge around it. */
export const card = {
  borderRadius: tokens.borderRadiusXLarge,
  border: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
  backgroundColor: tokens.colorNeutralBackground1,
} as const;

/** What is read second: names of facts, times, details. */
export const quiet = { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 } as const;

/** A list whose entries bring their own shape. */
export const plainList = { margin: 0, padding: 0, listStyleType: 'none' } as const;

/** Buttons beside each other, below each other where there is no room. */
export const buttonRow = { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS } as const;
