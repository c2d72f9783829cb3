/** A commit object, one character a byte (latin1), so that any encoding stays what it is. */
export interface RawCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  /** The whole author line behind `author `. */
  readonly author: string;
  /** Of message and names; null: UTF-8. */
  readonly encoding: string | null;
  readonly message: string;
}

/** Parses the content of a commit object (git's commit.c: headers, an empty line, the message). */
export function parseRawCommit(content: string): RawCommit {
  const end = content.indexOf('\n\n');
  const headers = (end < 0 ? content : content.slice(0, end)).split('\n');
  const values = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: values('author')[0] ?? '',
    encoding: values('encoding')[0] ?? null,
    message: end < 0 ? '' : content.slice(end + 2),
  };
}

/** The content of a commit object. A signature of the original is not among the parts: it would be wrong. */
export function rawCommitText(commit: RawCommit, committer: string): Buffer {
  const headers = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${commit.author}`,
    `committer ${committer}`,
    ...(commit.encoding === null ? [] : [`encoding ${commit.encoding}`]),
  ];
  return Buffer.from(`${headers.join('\n')}\n\n${commit.message}`, 'latin1');
}

/** Parses `git cat-file --batch`: `<id> <type> <size>` LF, content LF, for each name asked; absent ones are left out. */
export function parseBatch(output: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(0x0a, at);
    if (end < 0) break;
    const head = output.subarray(at, end).toString('latin1');
    const match = /^([0-9a-f]+) [a-z]+ (\d+)$/.exec(head);
    at = end + 1;
    if (match?.[1] === undefined) continue;
    const size = Number(match[2]);
    found.set(match[1], output.subarray(at, at + size));
    at += size + 1;
  }
  return found;
}
