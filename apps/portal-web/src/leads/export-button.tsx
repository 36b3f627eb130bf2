/** Exports what the filter shows as a CSV file; says that it is being made, since a large one takes a while. */
import { Button } from '@fluentui/react-components';
import { ArrowDownload20Regular } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import type { LeadFilter } from './lead-filter.ts';
import { csvAddress } from './lead-queries.ts';

export function ExportButton({ filter }: { filter: LeadFilter }): ReactElement {
  const say = useSuccessToast();
  return (
    <Button
      as="a"
      href={csvAddress(filter)}
      download
      icon={<ArrowDownload20Regular />}
      onClick={() =>
        say('The export has begun', 'The browser shows how far it is; a million leads take a minute or two.')
      }
    >
      Export CSV
    </Button>
  );
}
