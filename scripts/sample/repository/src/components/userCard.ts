const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter);

/** One user as a card. */
export function userCard(user: { name: string; email: string }): string {
  return `<article class="user-card"><h2>${escaped(user.name)}</h2><p>${escaped(user.email)}</p></article>`;
}
