/** Columns that only make the lead table large, as years of customizing do. Pure. */
import type { Column } from './lead-columns.ts';
import type { OrganizationSettings } from './organization-settings.ts';

/** Text columns, and one choice with all the options. */
export function paddingColumns({ columns, options }: OrganizationSettings['padding']): Column[] {
  const usual = {
    requiredLevel: 'None',
    enforced: false,
    secured: false,
    validForCreate: true,
    validForUpdate: true,
  } as const;
  const texts = Array.from({ length: columns }, (_, n): Column => {
    const name = `new_text${String(n + 1).padStart(4, '0')}`;
    return { ...usual, logicalName: name, schemaName: `new_Text${n + 1}`, type: 'string', maxLength: 100 };
  });
  if (options === 0) return texts;
  const choice: Column = {
    ...usual,
    logicalName: 'new_manyoptions',
    schemaName: 'new_ManyOptions',
    type: 'picklist',
    options: Array.from({ length: options }, (_, n) => ({
      value: 100_000_000 + n,
      label: `Option ${n + 1}`,
    })),
  };
  return [...texts, choice];
}
