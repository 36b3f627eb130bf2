/** What whoever opens a lead address in a browser reads: what it is, and that it works, without saying whose it is. */

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

export const ADDRESS_PAGE = `<!doctype html>
<html lang="en">
<title>Lead address</title>
<meta name="viewport" content="width=device-width">
<h1>This is a lead address, and it works</h1>
<p>The marketplace posts leads here: its key is known, and what is posted is kept. Nothing can be read here.</p>
<p>The address is a secret: whoever has it can post leads. Enter it in Partner Center, at the offer's lead management,
as the URL of the HTTPS endpoint, and show it to nobody else.</p>
</html>
`;
