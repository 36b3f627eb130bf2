import { describe, expect, test } from '@jest/globals';
import { html, mailLine, mailLines } from './mail-text.ts';

describe('a line', () => {
  test('keeps letters of every script and drops what breaks or reorders it', () => {
    expect(mailLine('  Núñez\r\n\tGarcía\u0000 李\u202e伟 ')).toBe('Núñez García 李伟');
  });

  test('is cut at a character, never within one', () => {
    expect(mailLine('🙂🙂🙂🙂', 3)).toBe('🙂🙂…');
    expect(mailLine('🙂🙂🙂', 3)).toBe('🙂🙂🙂');
  });
});

describe('a paragraph', () => {
  test('keeps its line breaks, however they were written, and no other control character', () => {
    expect(mailLines('one \t\r\ntwo\rthree\u2028\tfour\u0007!\n\n')).toBe('one\ntwo\nthree\n four !');
  });
});

describe('a piece of HTML', () => {
  test('escapes text and keeps markup', () => {
    const bold = html`<b>${`<&"'>`}</b>`;
    expect(html`<p title="${'"'}">${bold}${[bold]}</p>`.markup).toBe(
      '<p title="&#34;"><b>&#60;&#38;&#34;&#39;&#62;</b><b>&#60;&#38;&#34;&#39;&#62;</b></p>',
    );
  });
});
