/** @jest-environment jsdom */
import { expect, jest, test } from '@jest/globals';
import { AnnounceProvider } from '@fluentui/react-components';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ShowMore, type ShowMoreProps } from './show-more.tsx';

type List = ShowMoreProps<string[]>['list'];
const announce = jest.fn();

function show(list: Partial<List>, onShowMore?: () => void): void {
  announce.mockClear();
  render(
    <AnnounceProvider value={{ announce }}>
      <ShowMore<string[]>
        list={{
          hasNextPage: true,
          isFetchingNextPage: false,
          fetchNextPage: () => Promise.resolve({ data: undefined, isFetchNextPageError: false }),
          ...list,
        }}
        addedBy={(page) => `${page.length} more leads`}
        {...(onShowMore ? { onShowMore } : {})}
      />
    </AnnounceProvider>,
  );
}

const more = (): HTMLElement => screen.getByRole('button', { name: 'Show more' });

test('fetches the next page and says how much came', async () => {
  const fetched: string[] = [];
  show(
    {
      fetchNextPage: () => {
        fetched.push('page');
        return Promise.resolve({
          data: {
            pages: [
              ['a', 'b', 'c'],
              ['d', 'e'],
            ],
          },
          isFetchNextPageError: false,
        });
      },
    },
    () => fetched.push('told first'),
  );
  await userEvent.click(more());
  expect(fetched).toEqual(['told first', 'page']);
  await waitFor(() => expect(announce).toHaveBeenCalledWith('2 more leads shown'));
});

test('says nothing of what failed: the list shows that', async () => {
  const answer = { data: { pages: [['a', 'b']] }, isFetchNextPageError: true };
  show({ fetchNextPage: () => Promise.resolve(answer) });
  await userEvent.click(more());
  expect(announce).not.toHaveBeenCalled();
});

test('cannot be pressed while a page is on its way', async () => {
  const fetchNextPage = jest.fn<List['fetchNextPage']>();
  show({ isFetchingNextPage: true, fetchNextPage });
  await userEvent.click(more());
  expect(fetchNextPage).not.toHaveBeenCalled();
});

test('is gone at the end of the list', () => {
  show({ hasNextPage: false });
  expect(screen.queryByRole('button')).toBeNull();
});
