import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { root } from './stack/config.ts';

/** The words that the glossary's last table rules out. */
function ruledOut(): string[] {
  const glossary = readFileSync(join(root, 'docs', 'glossary.md'), 'utf8');
  const [, table = ''] = glossary.split('## Words that are not used');
  const firstCells = table.split('\n').flatMap((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? []);
  return firstCells.flatMap((cell) => [...cell.matchAll(/`([a-z]+)`/g)].map(([, word]) => word ?? ''));
}

/** Production sources: what is not for tests alone. */
function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'out-tsc', 'testing'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesBelow(path);
    return /(?<!\.spec|\.fixture|\.d)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** The words inside the names of a source, of which `onBreakerChanged` has three, and those inside its texts. */
function wordsOf(text: string, isJsx: boolean): { names: Set<string>; texts: Set<string> } {
  const names = new Set<string>();
  const texts = new Set<string>();
  const look = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node))
      for (const word of node.text.split(/(?=[A-Z])|_|#/)) names.add(word.toLowerCase());
    if (ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node) || ts.isJsxText(node))
      for (const [word] of node.text.matchAll(/[a-z]+/gi)) texts.add(word.toLowerCase());
    ts.forEachChild(node, look);
  };
  const kind = isJsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  look(ts.createSourceFile('source', text, ts.ScriptTarget.Latest, false, kind));
  return { names, texts };
}

/** Of those words the one that is a spelling, and so ruled out of what people read as well; the others are English. */
const SPELLING = /^organisations?$/;

/** What people read in other languages, which spell it so. */
const IN_OTHER_LANGUAGES = /\/catalogue\/(?:de|es|fr|ja)\.ts$/;

describe('production code', () => {
  const words = ruledOut();
  const sources = ['apps', 'libs'].flatMap((floor) =>
    readdirSync(join(root, floor)).flatMap((room) => sourcesBelow(join(root, floor, room, 'src'))),
  );

  test('has no name with a word that the glossary rules out, and no text with such a spelling', () => {
    expect(words).toEqual(expect.arrayContaining(['gist', 'organisation']));
    expect(sources.length).toBeGreaterThan(300);
    const found = sources.flatMap((path) => {
      const { names, texts } = wordsOf(readFileSync(path, 'utf8'), path.endsWith('x'));
      const wrong = [
        ...words.filter((word) => names.has(word)),
        ...[...texts].filter((word) => SPELLING.test(word) && !IN_OTHER_LANGUAGES.test(path)),
      ];
      return wrong.map((word) => `${relative(root, path)}: ${word}`);
    });
    expect(found).toEqual([]);
  });

  test('is looked at word by word', () => {
    const source = 'const registered = <p title="Two words">{onWish(`a ${b} or c`, a_turn)} in it</p>;';
    const { names, texts } = wordsOf(source, true);
    expect([...names].sort()).toEqual(['a', 'b', 'on', 'p', 'registered', 'title', 'turn', 'wish']);
    expect([...texts].sort()).toEqual(['a', 'c', 'in', 'it', 'or', 'two', 'words']);
  });
});
