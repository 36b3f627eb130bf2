/** The frame of every page and the escaping of what others wrote. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
  body { font: 14px/1.5 "Segoe UI", system-ui, sans-serif; margin: 0; color: #242424; background: #f5f5f5; overflow-wrap: anywhere; }
  header { background: #0b53ce; color: #fff; padding: 10px 24px; display: flex; flex-wrap: wrap; gap: 0 24px; align-items: baseline; }
  header a { color: #fff; text-decoration: none; } header b { font-size: 16px; }
  main { max-width: 1080px; margin: 24px auto; padding: 0 24px; }
  section { background: #fff; border: 1px solid #e0e0e0; border-radius: 4px; padding: 16px 20px; margin-bottom: 16px; }
  h1 { font-size: 22px; margin: 0 0 12px; } h2 { font-size: 16px; margin: 0 0 8px; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid #eee; vertical-align: top; }
  th { font-weight: 600; color: #616161; overflow-wrap: normal; } time { white-space: nowrap; } pre { white-space: pre-wrap; margin: 0; }
  dl { display: grid; grid-template-columns: min(200px, 36%) 1fr; gap: 6px 16px; margin: 0; } dt { color: #616161; } dd { margin: 0; white-space: pre-wrap; }
  a { color: #0b53ce; } .quiet { color: #616161; } iframe { box-sizing: border-box; width: 100%; height: 420px; border: 1px solid #e0e0e0; background: #fff; }
  input, button { font: inherit; padding: 6px 10px; max-width: 100%; box-sizing: border-box; } label { display: block; margin: 8px 0; }
  .columns { display: grid; grid-template-columns: 1fr 1fr; column-gap: 16px; }
  @media (max-width: 900px) {
    header { padding: 10px 16px; } main { margin: 12px auto; padding: 0 12px; } section { padding: 12px; }
    .columns, dl { grid-template-columns: 1fr; } dl { row-gap: 0; } dd { margin-bottom: 8px; } dd:empty::before { content: "–"; }
    table, tbody, tr, td { display: block; } thead, td:empty { display: none; }
    tr { padding: 8px 0; border-bottom: 1px solid #eee; } td { padding: 2px 0; border: 0; }
    td::before { content: attr(data-head); color: #616161; margin-right: 8px; }
  }
`;

/** `title` is plain text; `body` and `head` are HTML that is escaped already. */
export function page(title: string, body: string, home = 'Emulators'): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${STYLE}</style></head><body><header><b>${escape(home)}</b><a href="/">Start</a><a href="/mail">Mail inbox</a></header><main>${body}</main></body></html>`;
}

/** Where the page is narrow each row becomes a block and its cells lines that begin with their head. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  nothing: string,
): string {
  if (rows.length === 0) return `<p class="quiet">${escape(nothing)}</p>`;
  const head = heads.map((name) => `<th>${escape(name)}</th>`).join('');
  const row = (cells: readonly string[]): string =>
    cells.map((cell, at) => `<td data-head="${escape(heads[at] ?? '')}">${cell}</td>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.map((cells) => `<tr>${row(cells)}</tr>`).join('')}</tbody></table>`;
}

export function facts(pairs: readonly (readonly [string, string])[]): string {
  return `<dl>${pairs.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${value}</dd>`).join('')}</dl>`;
}

/** A time as its cell shows it, to the second; `at` is ISO 8601 in UTC. */
export const timeOf = (at: string): string => `<time>${escape(at.replace('T', ' ').slice(0, 19))}</time>`;

export const link = (href: string, text: string): string => `<a href="${escape(href)}">${escape(text)}</a>`;
