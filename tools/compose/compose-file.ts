/** docker-compose.yml as its specs read it: the containers, with what their anchors add. Of YAML it knows what that file uses. */

/** A block's own lines by key, as text; a list or mapping below a key stands under it with its indentation. */
type Block = ReadonlyMap<string, string>;

export interface Container {
  readonly name: string;
  readonly block: Block;
  /** What it says itself, without what anchors add. */
  readonly own: Block;
  /** By name; the value is empty where it is only passed on. */
  readonly environment: ReadonlyMap<string, string>;
  /** What of `environment` it says itself. */
  readonly ownEnvironment: ReadonlyMap<string, string>;
  /** `volume:/path` or `volume:/path:ro` */
  readonly volumes: readonly string[];
}

/** Every container of the file, jobs too. */
export function containersOf(file: string): Container[] {
  const [, services = ''] = /^services:\n((?:(?: .*)?\n)+)/m.exec(file) ?? [];
  return [...keysOf(services, 2)].map(([name, text]) => {
    const own = keysOf(text, 4);
    const block = merged(file, own, 2);
    const ownEnvironment = keysOf(block.get('environment') ?? '', 6);
    return {
      name,
      block,
      own,
      ownEnvironment: withoutMerge(ownEnvironment),
      environment: merged(file, ownEnvironment, 2),
      volumes: [...(block.get('volumes') ?? '').matchAll(/^ +- (.+)$/gm)].map(([, volume = '']) => volume),
    };
  });
}

/** What stands at this depth: each key with what is beside and below it. */
function keysOf(text: string, depth: number): Map<string, string> {
  const entries = new RegExp(`^ {${depth}}([\\w-]+|<<): ?(.*\\n(?:(?: {${depth + 1},}.*)?\\n)*)`, 'gm');
  return new Map(
    [...`${text}\n`.matchAll(entries)].map(([, key = '', value = '']) => {
      const [first = '', ...below] = value.split('\n');
      const beside = first.replace(/^&\S+/, '').replace(/^'(.*)'$/, '$1');
      return [key, [beside, ...below].join('\n').trimEnd()];
    }),
  );
}

/** With what the merged anchors say, where the block itself says nothing else. */
function merged(file: string, block: Block, depth: number): Map<string, string> {
  const anchor = /^\*([\w-]+)$/.exec(block.get('<<') ?? '')?.[1];
  if (anchor === undefined) return withoutMerge(block);
  const [, text = ''] = new RegExp(`^x-[\\w-]+: &${anchor}\\n((?: .*\\n)+)`, 'm').exec(file) ?? [];
  if (text === '') throw new Error(`docker-compose.yml has no anchor ${anchor}.`);
  return new Map([...merged(file, keysOf(text, depth), depth), ...withoutMerge(block)]);
}

function withoutMerge(block: Block): Map<string, string> {
  return new Map([...block].filter(([key]) => key !== '<<'));
}
