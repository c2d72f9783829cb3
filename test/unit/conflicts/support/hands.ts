import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type BytePath, onDisk, parentOf } from '../../../../src/core/git/bytePath';
import { testEnvironment } from '../../support/repositories';

export interface Ran {
  readonly exit: number;
  /** Bytes, one character each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real git; any exit code is an answer. */
export function gitIn(cwd: string, args: readonly string[], o: { env?: Record<string, string>; input?: string } = {}) {
  return new Promise<Ran>((resolve) => {
    const options = { cwd, env: testEnvironment(o.env), encoding: 'latin1' as const, maxBuffer: 1 << 28 };
    // Arguments in bytes, as names of files are.
    const child = execFile('git', args as string[], options, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(o.input ?? '', 'latin1');
  });
}

/** Does things to files and writes down what it did, as a shell script that does the same again. */
export class Hands {
  readonly #lines: string[] = [];
  #commits = 0;

  /** @param top absolute; every folder handed in lies in it */
  constructor(readonly top: string) {}

  /** A script for bash, to be run in an empty folder. */
  get script(): string {
    const identity = `export GIT_AUTHOR_NAME='Test User' GIT_AUTHOR_EMAIL=test@example.com
export GIT_COMMITTER_NAME='Test User' GIT_COMMITTER_EMAIL=test@example.com`;
    return [identity, 'TOP=$PWD', ...this.#lines].join('\n');
  }

  has(folder: string, name: BytePath): boolean {
    return statOf(onDisk(folder, name)) !== undefined;
  }

  isFile(folder: string, name: BytePath): boolean {
    return statOf(onDisk(folder, name))?.isFile() === true;
  }

  isLink(folder: string, name: BytePath): boolean {
    return statOf(onDisk(folder, name))?.isSymbolicLink() === true;
  }

  isFolder(folder: string, name: BytePath): boolean {
    return statOf(onDisk(folder, name))?.isDirectory() === true;
  }

  read(folder: string, name: BytePath): string {
    return readFileSync(onDisk(folder, name), 'latin1');
  }

  /** Every file and link, sorted; folders with a `.git` (repositories of their own) are passed over. */
  files(folder: string): BytePath[] {
    const found: BytePath[] = [];
    const walk = (at: BytePath) => {
      for (const entry of readdirSync(onDisk(folder, at), { withFileTypes: true, encoding: 'buffer' })) {
        const name = entry.name.toString('latin1');
        if (name === '.git') continue;
        const full = at === '' ? name : `${at}/${name}`;
        if (!entry.isDirectory()) found.push(full);
        else if (!existsSync(Buffer.concat([onDisk(folder, full), Buffer.from('/.git')]))) walk(full);
      }
    };
    walk('');
    return found.sort();
  }

  /** Makes room for a file at `name`: what stands in its way goes. */
  makeRoom(folder: string, name: BytePath): void {
    const parts = name.split('/');
    for (let n = 1; n < parts.length; n += 1) {
      const parent = parts.slice(0, n).join('/');
      if (this.has(folder, parent) && !this.isFolder(folder, parent)) this.remove(folder, parent);
    }
    if (this.isFolder(folder, name)) this.remove(folder, name);
    if (parentOf(name) !== '') this.#make(folder, parentOf(name));
  }

  makeFolder(folder: string, name: BytePath): void {
    if (this.isFolder(folder, name)) return;
    this.makeRoom(folder, name);
    if (this.has(folder, name)) this.remove(folder, name);
    this.#make(folder, name);
  }

  #make(folder: string, name: BytePath): void {
    if (this.isFolder(folder, name)) return;
    this.#note(`mkdir -p ${this.#shown(folder, name)}`);
    mkdirSync(onDisk(folder, name), { recursive: true });
  }

  write(folder: string, name: BytePath, content: string): void {
    this.makeRoom(folder, name);
    if (this.isLink(folder, name)) this.remove(folder, name);
    this.#note(`printf ${this.#format(content)} > ${this.#shown(folder, name)}`);
    writeFileSync(onDisk(folder, name), content, 'latin1');
  }

  remove(folder: string, name: BytePath): void {
    this.#note(`rm -rf ${this.#shown(folder, name)}`);
    removeAll(onDisk(folder, name));
  }

  move(folder: string, from: BytePath, to: BytePath): void {
    this.makeRoom(folder, to);
    this.#note(`mv -T ${this.#shown(folder, from)} ${this.#shown(folder, to)}`);
    renameSync(onDisk(folder, from), onDisk(folder, to));
  }

  link(folder: string, name: BytePath, target: BytePath): void {
    this.makeRoom(folder, name);
    if (this.has(folder, name)) this.remove(folder, name);
    this.#note(`ln -s -- ${bashed(target)} ${this.#shown(folder, name)}`);
    symlinkSync(Buffer.from(target, 'latin1'), onDisk(folder, name));
  }

  linkTarget(folder: string, name: BytePath): BytePath {
    return readlinkSync(onDisk(folder, name), 'buffer').toString('latin1');
  }

  mode(folder: string, name: BytePath, executable: boolean): void {
    this.#note(`chmod ${executable ? 755 : 644} ${this.#shown(folder, name)}`);
    chmodSync(onDisk(folder, name), executable ? 0o755 : 0o644);
  }

  /** Copies a folder from outside; @param as how the script may make the same */
  bring(from: string, folder: string, name: BytePath, as: string): void {
    this.makeRoom(folder, name);
    this.#note(`${as} ${this.#shown(folder, name)}`);
    cpSync(from, path.join(folder, name), { recursive: true });
  }

  /** Commits get a time of their own each, always the same. @param input bytes; names go here, as arguments are UTF-8 */
  async git(folder: string, args: readonly string[], input?: string): Promise<Ran> {
    const date = `${1_700_000_000 + this.#commits * 60} +0000`;
    const dated = args.includes('commit') || args.includes('merge');
    if (dated) this.#commits += 1;
    const where = path.relative(this.top, folder);
    const line = `git ${where === '' ? '' : `-C ${where} `}${args.map((arg) => this.#word(arg)).join(' ')}`;
    const fed = input === undefined ? '' : `printf ${this.#format(input)} | `;
    this.#note(`${fed}${dated ? `GIT_AUTHOR_DATE='${date}' GIT_COMMITTER_DATE='${date}' ` : ''}${line}`);
    const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    return gitIn(folder, args, { env, ...(input === undefined ? {} : { input }) });
  }

  #note(line: string): void {
    this.#lines.push(line);
  }

  /** One word for bash; the folder of all this is wherever the script runs. */
  #word(bytes: string): string {
    return (
      bytes
        .split(this.top)
        .map((part) => (part === '' ? '' : bashed(part)))
        .join('"$TOP"') || "''"
    );
  }

  /** Bytes as a format of printf: words cannot hold NUL. */
  #format(bytes: string): string {
    const escaped = bytes.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('\0', '\\000');
    return `-- ${this.#word(escaped)}`;
  }

  #shown(folder: string, name: BytePath): string {
    return bashed(`./${path.relative(this.top, folder)}/${name}`);
  }
}

/** One word for bash. */
export function bashed(bytes: string): string {
  if (/^[\w./:=@%+,-]+$/.test(bytes)) return bytes;
  if (/^[ -~]+$/.test(bytes) && !bytes.includes("'")) return `'${bytes}'`;
  const escaped = bytes.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '\\r');
  return `$'${escaped.replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`;
}

/** Undefined also where a file stands in the way of the path. */
function statOf(file: Buffer): Stats | undefined {
  try {
    return lstatSync(file);
  } catch {
    return undefined;
  }
}

/** With names as bytes, which node:fs's own does not do. */
export function removeAll(file: Buffer): void {
  const stat = statOf(file);
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    unlinkSync(file);
    return;
  }
  for (const name of readdirSync(file, { encoding: 'buffer' })) {
    removeAll(Buffer.concat([file, Buffer.from(path.sep), name]));
  }
  rmdirSync(file);
}
