/**
 * Start files of the usual shells, by their names in HOME, that put folders in front of PATH: VS Code takes the PATH of
 * terminals from the user's login shell, not from its own process.
 */
export function shellProfile(folders: readonly string[]): Record<string, string> {
  const text = `export PATH=${folders.map(shellQuote).join(':')}:"$PATH"\n`;
  return { '.profile': text, '.bashrc': text, '.zshenv': text };
}

/** Text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
