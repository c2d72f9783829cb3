export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `.ts` of `a.test.ts`; `''` of a name without one. */
export function endingOf(path: string): string {
  return /.(\.[^./]+)$/.exec(nameOf(path))?.[1] ?? '';
}

/** Sources, whose names people agree on; names of texts, pictures and data are as they come. */
const sources =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|css|scss|less|py|pyi|go|rs|java|kt|kts|swift|rb|php|cs|dart|exs?|scala|c|cc|cpp|h|hpp|sql|graphql|proto)$/;
/** Folders whose files are named by what they are an example of, by tools, or by other people. */
const foreign =
  /(?:^|\/)(?:__?\w*(?:fixtures?|snapshots?|mocks?|generated)\w*__?|fixtures?|snapshots?|test-?data|testcases?|cases|samples?|examples?|vendor|third[-_]party|external|node_modules|dist|build|out|gen(?:erated)?|migrations?|migrate|versions|scripts)\//i;

/** Whether nobody would take offence at the name of a file. */
export function isMatterOfTaste(path: string): boolean {
  return (
    !sources.test(path) ||
    foreign.test(path) ||
    nameOf(path).startsWith('.') ||
    /\.(?:d|min|pb|g|gen|generated)\.\w+$/.test(path)
  );
}
