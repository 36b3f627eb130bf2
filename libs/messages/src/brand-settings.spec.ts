import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { brandOf, brandSettings } from './brand-settings.ts';
import { onColour, USUAL_BRAND } from './deployment.ts';
import { layOut } from './lay-out.ts';

const settings = z.object(brandSettings);
/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/brand-`);
  await writeFile(`${folder}/logo.png`, PIXEL);
  await writeFile(`${folder}/logo.svg`, '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(`${folder}/large.png`, Buffer.concat([PIXEL, Buffer.alloc(200_000)]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the brand', () => {
  test('is the usual one where nothing is set', () => {
    expect(brandOf(settings.parse({}))).toEqual({ ...USUAL_BRAND, logo: undefined });
  });

  test('has a name, a colour and a logo that goes with the mail, and is loaded from nowhere', () => {
    const brand = brandOf(
      settings.parse({
        MAIL_BRAND_NAME: 'Contoso <Leads>',
        MAIL_BRAND_COLOUR: '#FFCC00',
        MAIL_BRAND_LOGO_FILE: `${folder}/logo.png`,
      }),
    );
    const parts = { title: 'Hello', marks: [], facts: [], links: [], reason: 'Because.' };
    const { html, attachments } = layOut(parts, 'en', { brand });
    expect(attachments).toEqual([
      { cid: 'logo@brand', filename: 'logo.png', contentType: 'image/png', content: PIXEL },
    ]);
    expect(html).toContain('src="cid:logo@brand"');
    expect(html).toContain('Contoso &#60;Leads&#62;');
    expect(html).toContain('border-top:4px solid #ffcc00');
  });

  test.each([
    [{ MAIL_BRAND_COLOUR: 'red;}body{display:none' }, 'write it as #0f6cbd'],
    [{ MAIL_BRAND_NAME: ' ' }, 'Too small'],
    [{ MAIL_BRAND_LOGO_FILE: '/nowhere.png' }, 'cannot be read (ENOENT)'],
  ])('is not %j', (wrong, words) => {
    expect(settings.safeParse(wrong).error?.message).toContain(words);
  });

  test('has no logo that mail programs do not show, or that is too large', () => {
    for (const name of ['logo.svg', 'large.png']) {
      const read = settings.safeParse({ MAIL_BRAND_LOGO_FILE: `${folder}/${name}` });
      expect(read.error?.message).toContain('PNG, JPEG or GIF of at most 100 KiB');
    }
  });
});

test('buttons are written on in whichever of black and white is read better', () => {
  expect(['#0f6cbd', '#000000', '#ffcc00', '#ffffff'].map(onColour)).toEqual([
    '#ffffff',
    '#ffffff',
    '#000000',
    '#000000',
  ]);
});
