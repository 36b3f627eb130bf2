// The frame of every page and the escaping of what others wrote.
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
  body { font: 14px/1.5 "Segoe UI", system-ui, sans-serif; margin: 0; color: #242424; background: #f5f5f5; }
  header { background: #0b53ce; color: #fff; padding: 10px 24px; display: flex; gap: 24px; align-items: baseline; }
  header a { color: #fff; text-decoration: none; } header b { font-size: 16px; }
  main { max-width: 1080px; margin: 24px auto; padding: 0 24px; }
  section { background: #fff; border: 1px solid #e0e0e0; border-radius: 4px; padding: 16px 20px; margin-bottom: 16px; }
  h1 { font-size: 22px; margin: 0 0 12px; } h2 { font-size: 16px; margin: 0 0 8px; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid #eee; vertical-align: top; }
  th { font-weight: 600; color: #616161; } pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
  dl { display: grid; grid-template-columns: 200px 1fr; gap: 6px 16px; margin: 0; } dt { color: #616161; overflow-wrap: anywhere; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
  a { color: #0b53ce; } .quiet { color: #616161; } iframe { width: 100%; height: 420px; border: 1px solid #e0e0e0; background: #fff; }
  input, button { font: inherit; padding: 6px 10px; } label { display: block; margin: 8px 0; }
  .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; } @media (max-width: 760px) { .columns { grid-template-columns: 1fr; } }
`;

/** `title` is plain text; `body` and `head` are HTML that is escaped already. */
export function page(title: string, body: string, home = 'Emulators'): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${STYLE}</style></head><body><header><b>${escape(home)}</b><a href="/">Start</a><a href="/mail">Mail inbox</a></header><main>${body}</main></body></html>`;
}

export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  nothing: string,
): string {
  if (rows.length === 0) return `<p class="quiet">${escape(nothing)}</p>`;
  const head = heads.map((name) => `<th>${escape(name)}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</tbody></table>`;
}

export function facts(pairs: readonly (readonly [string, string])[]): string {
  return `<dl>${pairs.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${value}</dd>`).join('')}</dl>`;
}

export const link = (href: string, text: string): string => `<a href="${escape(href)}">${escape(text)}</a>`;
