import { describe, expect, test } from '@jest/globals';
import { readContactEmails } from './contact-emails.ts';

describe('the contact list', () => {
  test('is addresses separated by semicolons, blanks and empty places aside', () => {
    expect(readContactEmails(' a@contoso.example ;; b@contoso.example;')).toEqual({
      ok: true,
      addresses: ['a@contoso.example', 'b@contoso.example'],
    });
  });

  test('names each address that is malformed or there twice', () => {
    expect(readContactEmails('a@contoso.example;nobody;A@contoso.example;b@x.example, c@x.example')).toEqual({
      ok: false,
      faults: [
        '"nobody" is not an e-mail address.',
        '"b@x.example, c@x.example" is not an e-mail address. Separate addresses with semicolons.',
        '"a@contoso.example" is in the list more than once.',
      ],
    });
  });

  test.each(['', ' ; ;'])('needs at least one address: %j', (text) => {
    expect(readContactEmails(text)).toMatchObject({ ok: false });
  });
});
