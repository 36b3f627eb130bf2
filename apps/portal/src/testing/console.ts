import { mkdir, writeFile } from 'node:fs/promises';

/** What Vite makes, in small. */
export async function buildConsole(folder: string): Promise<void> {
  await mkdir(`${folder}/assets`, { recursive: true });
  await writeFile(
    `${folder}/index.html`,
    '<meta name="csp-nonce" content="__CSP_NONCE__"><div id="root"></div>',
  );
  await writeFile(`${folder}/assets/index-a1b2c3.js`, 'console.log(1)');
  await writeFile(`${folder}/assets/index-a1b2c3.js.br`, 'as if compressed');
  await writeFile(`${folder}/icon.svg`, '<svg xmlns="http://www.w3.org/2000/svg"/>');
}
