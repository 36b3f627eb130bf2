/** @jest-environment jsdom */
import { afterEach, expect, test } from '@jest/globals';
import { act, renderHook } from '@testing-library/react';
import { hideReplay, showReplay, useShownReplay } from './replay-store.ts';

const shownAt = (place: string) => renderHook(() => useShownReplay(place)).result;

afterEach(() => history.replaceState(null, '', '/'));

test('a replay is shown on the page where it was asked for, until it is taken from view', () => {
  history.replaceState(null, '', '/leads');
  const [list, lead] = [shownAt('/leads'), shownAt('/leads/1')];
  act(() => showReplay('replay'));
  expect([list.current, lead.current]).toEqual(['replay', undefined]);
  act(() => hideReplay());
  expect(list.current).toBeUndefined();
});
