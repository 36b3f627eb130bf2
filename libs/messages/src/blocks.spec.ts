import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { blocks } from './blocks.ts';
import { fill } from './fill.ts';

describe('the blocks of a mail', () => {
  test('are what MJML makes of mail.mjml', async () => {
    const path = '../mjml/compile.mjs';
    const { compile } = (await import(path)) as { compile: () => Promise<string> };
    expect(await readFile(new URL('blocks.ts', import.meta.url), 'utf8')).toBe(await compile());
  }, 30_000);

  test('load nothing from anywhere, and bring nothing that runs', () => {
    const all = Object.values(blocks).join('');
    expect(all).not.toMatch(/<script|<link|<iframe|<object|<form|@import|url\(|\son\w+=/i);
    expect(
      all
        .match(/\s(?:src|href)="[^"]*"/g)
        ?.map((found) => found.trim())
        .sort(),
    ).toEqual(['href="{{url}}"', 'href="{{url}}"', 'src="cid:{{logo}}"']);
  });
});

test('a value is escaped for text and attributes alike, and is no slot itself', () => {
  const { markup } = fill('link', {
    url: 'https://a.example/?a=1&b="',
    name: `<b>'{{url}}'</b>`,
    colour: '#000000',
  });
  expect(markup).toContain('href="https://a.example/?a=1&#38;b=&#34;"');
  expect(markup).toContain('&#60;b&#62;&#39;{{url}}&#39;&#60;/b&#62;');
});
