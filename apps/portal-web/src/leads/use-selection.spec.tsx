/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { act, renderHook } from '@testing-library/react';
import type { LeadSummary } from '@leads/contracts/portal-api';
import { useSelection } from './use-selection.ts';

const lead = (leadId: string, state: LeadSummary['state']): LeadSummary => ({ leadId, state }) as LeadSummary;

test('only dead leads are selected, one by one or all, and one that is replayed no longer is', () => {
  const { result, rerender } = renderHook(({ leads }) => useSelection(leads), {
    initialProps: { leads: [lead('a', 'dead'), lead('b', 'written'), lead('c', 'dead')] },
  });
  act(() => result.current.select('a', true));
  expect(result.current.selected).toEqual(['a']);
  act(() => result.current.selectAll(true));
  expect(result.current.selected).toEqual(['a', 'c']);
  act(() => result.current.select('a', false));
  expect(result.current.selected).toEqual(['c']);
  rerender({ leads: [lead('a', 'dead'), lead('b', 'written'), lead('c', 'pending')] });
  expect(result.current.selected).toEqual([]);
  expect(result.current.selectable).toEqual(['a']);
});
