/**
 * Makes `src/blocks.ts` of `mail.mjml`: what mail programs need, Outlook's tables included, is MJML's work, done here and
 * not where mails are made. A block stands between two comments that name it; in what is around it, it is a slot.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import mjml from 'mjml-core';
import preset from 'mjml-preset-core';
import { format, resolveConfig } from 'prettier';

const source = new URL('mail.mjml', import.meta.url);
const target = new URL('../src/blocks.ts', import.meta.url);

/** Stand in the source for what a deployment chooses: MJML takes colours only. */
const CHOSEN = { '#0f6cbd': '{{colour}}', '#fffffe': '{{onColour}}' };

/** The text of `blocks.ts`. */
export async function compile() {
  const { html, errors } = await mjml.default(readFileSync(source, 'utf8'), {
    presets: [preset],
    fonts: {},
    minify: false,
    ignoreIncludes: true,
    validationLevel: 'soft',
  });
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'));
  const blocks = {};
  const page = takeOut(narrow(html), blocks);
  const text = `/** Made by \`npm run blocks -w @leads/messages\` of \`mjml/mail.mjml\`: not to be edited. */
export const blocks = ${JSON.stringify({ ...blocks, page }, null, 2)} as const;`;
  return format(text, { ...(await resolveConfig(target)), parser: 'typescript' });
}

function narrow(html) {
  const chosen = Object.entries(CHOSEN).reduce((text, [from, to]) => text.replaceAll(from, to), html);
  return chosen
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');
}

function takeOut(html, blocks) {
  return html.replace(/<!--block:(\w+)-->([^]*?)<!--end:\1-->/g, (_, name, inner) => {
    blocks[name] = takeOut(inner, blocks).trim();
    return `{{${name}}}`;
  });
}

if (process.argv[1] === import.meta.filename) writeFileSync(target, await compile());
