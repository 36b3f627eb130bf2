/** The widths at which pages change shape, for `makeStyles`. Narrower: a phone; wider: a desktop. */
export const PHONE = '@media (max-width: 640px)';
export const TABLET = '@media (min-width: 641px) and (max-width: 1023px)';
export const DESKTOP = '@media (min-width: 1024px)';
/** Where a row of a list becomes several lines. */
export const NARROW = '@media (max-width: 900px)';
