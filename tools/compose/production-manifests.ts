/**
 * Takes out of every manifest, and of the lock file, what only builds and tests. `npm ci --omit=dev` alone would
 * install it into an image all the same: every folder is a workspace of the root, and so none is for development only.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  devDependencies?: unknown;
}

interface Lock {
  packages: Record<string, Manifest>;
}

/** The folders of the manifests that a lock file is about, the root's as an empty text. */
function workspacesIn({ packages }: Lock): string[] {
  return Object.keys(packages).filter((path) => !path.includes('node_modules/'));
}

/** @param root the folder of the lock file; its manifests are changed in place */
export function keepProductionOnly(root: string): void {
  const change = <Content>(path: string, by: (content: Content) => void): Content => {
    const content = JSON.parse(readFileSync(join(root, path), 'utf8')) as Content;
    by(content);
    writeFileSync(join(root, path), JSON.stringify(content));
    return content;
  };
  const lock = change<Lock>('package-lock.json', (content) => {
    for (const path of workspacesIn(content)) delete content.packages[path]?.devDependencies;
  });
  // Of what .dockerignore leaves out there is no manifest.
  for (const manifest of workspacesIn(lock).map((path) => join(path, 'package.json'))) {
    if (existsSync(join(root, manifest))) change<Manifest>(manifest, (one) => delete one.devDependencies);
  }
}

if (import.meta.main) keepProductionOnly(process.cwd());
