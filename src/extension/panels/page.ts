import { randomBytes } from 'node:crypto';

/** What the page of the panel is made of; addresses as the webview may load them. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** Where the webview's own files come from, as its policy names it. */
  readonly source: string;
  /** BCP 47. */
  readonly language: string;
  readonly title: string;
  /** The panel's sentences, as JSON in an attribute. */
  readonly words: unknown;
}

/** The page of the panel: one script by its nonce, one style sheet, nothing else, and no text of anybody's. */
export function panelPage(parts: PageParts, nonce = randomBytes(16).toString('base64')): string {
  const policy = `default-src 'none'; style-src ${parts.source}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escaped(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(parts.title)}</title>
<link rel="stylesheet" href="${escaped(parts.style)}">
</head>
<body data-words="${escaped(JSON.stringify(parts.words))}">
<script nonce="${escaped(nonce)}" src="${escaped(parts.script)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
