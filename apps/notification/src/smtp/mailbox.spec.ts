import { describe, expect, test } from '@jest/globals';
import { readMailbox } from './mailbox.ts';

describe('the sender in the settings', () => {
  test.each([
    ['leads@example.com', { name: '', address: 'leads@example.com' }],
    ['<leads@example.com>', { name: '', address: 'leads@example.com' }],
    [
      'Marketplace leads <leads@localhost.example>',
      { name: 'Marketplace leads', address: 'leads@localhost.example' },
    ],
    ['"Leads, all" <leads@example.com>', { name: 'Leads, all', address: 'leads@example.com' }],
  ])('%s is read', (text, mailbox) => {
    expect(readMailbox(text)).toEqual(mailbox);
  });

  test.each([
    '',
    'leads',
    'Leads <leads>',
    'a@example.com, b@example.com',
    'Leads\r\nBcc: x@y.example <a@b.example>',
  ])('%j is not taken', (text) => {
    expect(readMailbox(text)).toBeUndefined();
  });
});
