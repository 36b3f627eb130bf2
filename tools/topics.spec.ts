/** Who publishes and takes each topic, as the catalogue says and the code does: the broker's access rules are made of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SERVICES, topics, type Topic } from '@leads/contracts';
import { root } from './stack/config.ts';

const catalogue = Object.entries<Topic>(topics);
const TAKES = /@OnTopic\(\s*topics\.(\w+)|\boldestRecords\(\s*[\w.]+,\s*'[a-z-]+',\s*topics\.(\w+)/g;
const PUBLISHES =
  /\bpublish\(\s*topics\.(\w+)|\boutboxRow\(\s*topics\.(\w+)|\baddToOutbox\(\s*[\w.]+,\s*topics\.(\w+)|(?<=\binsert into outbox\b[^`]*)\$\{topics\.(\w+)\.name\}/g;
/** What puts something into a topic, however it names it, but for where these are declared. */
const PUBLISHING = /(?<!function )\b(?:outboxRow|addToOutbox)\(|@OnTopic\(|\b\w*[pP]ublisher\.publish\(/g;

/** The production code of a folder below `apps` or `libs`. */
function sourcesOf(folder: string): string[] {
  const below = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return entry.name === 'testing' ? [] : below(inner);
      return /(?<!\.spec|\.fixture)\.ts$/.test(entry.name) ? [readFileSync(inner, 'utf8')] : [];
    });
  return below(join(root, folder, 'src'));
}

/** An app and the libraries that it runs with, near and far. */
function foldersOf(folder: string, known = new Set<string>()): Set<string> {
  if (known.has(folder)) return known;
  known.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    if (name.startsWith('@leads/')) foldersOf(join('libs', name.slice('@leads/'.length)), known);
  }
  return known;
}

const found = (sources: string[], pattern: RegExp): string[] => [
  ...new Set(
    sources.flatMap((text) => [...text.matchAll(pattern)].map((match) => match.slice(1).find(Boolean) ?? '')),
  ),
];

describe.each(SERVICES)('%s', (service) => {
  const sources = [...foldersOf(join('apps', service))].flatMap(sourcesOf);
  const named = (has: (topic: Topic) => boolean): string[] =>
    catalogue.filter(([, topic]) => has(topic)).map(([name]) => name);

  test('publishes exactly the topics that the catalogue gives it', () => {
    expect(found(sources, PUBLISHES).sort()).toEqual(
      named(({ publishers }) => publishers.includes(service)).sort(),
    );
  });

  test('takes exactly the topics that the catalogue gives it', () => {
    expect(found(sources, TAKES).sort()).toEqual(
      named(({ consumers }) => consumers.includes(service)).sort(),
    );
  });
});

test('a topic is named where it is published or taken, so that the above sees it', () => {
  const apps = SERVICES.map((service) => join('apps', service));
  const folders = new Set(apps.flatMap((app) => [...foldersOf(app)]));
  for (const folder of folders) {
    for (const text of sourcesOf(folder)) {
      const seen = [...text.matchAll(PUBLISHES), ...text.matchAll(/@OnTopic\(\s*topics\./g)].length;
      // `addToOutbox` itself makes rows of the topic that its caller names.
      const ofAnyTopic = [...text.matchAll(/=> outboxRow\(topic, value\)/g)].length;
      expect([...text.matchAll(PUBLISHING)].length - ofAnyTopic).toBeLessThanOrEqual(seen);
    }
  }
});
