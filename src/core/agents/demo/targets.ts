import path from 'node:path';
import picomatch from 'picomatch';
import type { Kind } from './content';
import { capital, type Entity } from './entity';

export interface Target {
  /** Relative to the worktree, with `/`. */
  readonly file: string;
  readonly kind: Kind;
  readonly exists: boolean;
}

export interface Project {
  /** All files git knows, with `/`. */
  readonly tracked: readonly string[];
  /** Files that nobody may edit. */
  readonly contract: readonly string[];
  readonly entity: Entity;
}

const mostFiles = 4;
/** Never written to, whatever a scope says: git's own, our plans, the agents' shared rules. */
const forbidden = picomatch(['.git/**', '**/.git/**', '.git', '.switchyard/**', 'AGENTS.md'], {
  dot: true,
  nocase: true,
});

const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/(^|\/)(tests?|__tests__|specs?|e2e)(\/|$)|\.(test|spec)\./, 'test'],
  [/(^|\/)migrations?(\/|$)|\.sql$/, 'migration'],
  [/(^|\/)(db|data|database|models?|repositor(y|ies)|store)(\/|$)/, 'repository'],
  [/(^|\/)middlewares?(\/|$)/, 'middleware'],
  [/(^|\/)(handlers?|api|routes?|controllers?|server)(\/|$)/, 'handler'],
  [/(^|\/)hooks?(\/|$)/, 'hook'],
  [/(^|\/)(components?|views?|ui|pages?|widgets?)(\/|$)/, 'component'],
  [/(^|\/)docs?(\/|$)|\.mdx?$/, 'document'],
];

/** Chooses a few files that the scope allows; none when the scope allows nothing that could be written. */
export function chooseTargets(scope: readonly string[], project: Project): Target[] {
  const wanted = scope.filter((glob) => !glob.startsWith('!')).map((glob) => normalize(glob, project.tracked));
  const not = scope.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  const globs = scope.length === 0 ? [defaultGlob(project.tracked)] : wanted;
  const excluded = not.length > 0 ? picomatch(not, { dot: true }) : () => false;
  const contract = new Set(project.contract);
  const allowed = (file: string, glob: string) =>
    isPlain(file) &&
    !contract.has(file) &&
    !forbidden(file) &&
    !excluded(file) &&
    picomatch.isMatch(file, glob, { dot: true });
  const chosen = new Map<string, Target>();
  for (const glob of globs.filter(isPlain)) {
    if (chosen.size >= mostFiles) break;
    for (const file of candidates(glob, project)) {
      if (!allowed(file, glob) || chosen.has(file)) continue;
      chosen.set(file, { file, kind: kindOf(file), exists: project.tracked.includes(file) });
      break;
    }
  }
  return [...chosen.values()];
}

/** `src/db/` and an existing folder `src/db` mean everything below. */
function normalize(glob: string, tracked: readonly string[]): string {
  const clean = glob.replace(/^\.\//, '');
  if (clean.endsWith('/')) return `${clean}**`;
  return tracked.some((file) => file.startsWith(`${clean}/`)) ? `${clean}/**` : clean;
}

function defaultGlob(tracked: readonly string[]): string {
  return tracked.some((file) => file.startsWith('src/')) ? 'src/**' : '**';
}

/** Inside the worktree by its text alone; links are looked at when it is written. */
function isPlain(file: string): boolean {
  return file !== '' && !path.isAbsolute(file) && !/^[A-Za-z]:|\\|\0/.test(file) && !file.split('/').includes('..');
}

function kindOf(file: string): Kind {
  return kinds.find(([pattern]) => pattern.test(file))?.[1] ?? 'module';
}

/** Paths that could match the glob, the most natural first. */
function candidates(glob: string, project: Project): string[] {
  const { base, isGlob } = picomatch.scan(glob);
  if (!isGlob) return [glob];
  const language = languageOf(base, project);
  const kind = kindOf(`${base}/x`);
  const name = fileName(kind === 'module' ? kindOf(glob) : kind, project.entity, language);
  const stem = name.replace(/\..*$/, '');
  // The glob with its stars filled in: for such as "packages/*/src/**" or "**/*.py".
  const filled = glob
    .split('/')
    .filter((part) => part !== '**')
    .map((part) => part.replaceAll('*', stem));
  const last = filled.at(-1) ?? '';
  const endings = ['', ...['ts', 'js', 'md', 'py', 'go', 'sql', 'css'].map((ending) => `.${ending}`)];
  return [
    path.posix.join(base, name),
    filled.join('/'),
    [...filled, name].join('/'),
    ...endings.map((ending) => [...filled.slice(0, -1), last.replace(/\{.*\}|\.?\[.*\]/, '') + ending].join('/')),
    ...endings.map((ending) => path.posix.join(base, stem + ending)),
  ].filter((file) => !file.includes('*'));
}

/** The language that the folder, else the whole project is written in. */
function languageOf(base: string, project: Project): 'ts' | 'js' {
  const count = (files: readonly string[], pattern: RegExp) => files.filter((file) => pattern.test(file)).length;
  const near = project.tracked.filter((file) => base === '' || file.startsWith(`${base}/`));
  for (const files of [near, project.tracked]) {
    const [typed, plain] = [count(files, /\.[cm]?tsx?$/), count(files, /\.[cm]?jsx?$/)];
    if (typed !== plain) return typed > plain ? 'ts' : 'js';
  }
  return 'ts';
}

function fileName(kind: Kind, { noun }: Entity, language: 'ts' | 'js'): string {
  const name = capital(noun);
  switch (kind) {
    case 'repository':
      return `${noun}Repository.${language}`;
    case 'migration':
      return `0001_create_${noun.toLowerCase()}.sql`;
    case 'handler':
      return `list${name}.${language}`;
    case 'middleware':
      return `mayRead${name}.${language}`;
    case 'component':
      return `${noun}Timeline.${language}`;
    case 'hook':
      return `use${name}.${language}`;
    case 'test':
      return `${noun}.test.${language}`;
    case 'document':
      return `${noun}.md`;
    default:
      return `${noun}.${language}`;
  }
}
