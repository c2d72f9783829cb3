import path from 'node:path';
import { capital, type Entity } from './entity';

export type Kind =
  | 'repository'
  | 'migration'
  | 'handler'
  | 'middleware'
  | 'component'
  | 'hook'
  | 'test'
  | 'document'
  | 'module';

export interface FileRequest {
  /** Relative to the worktree, with `/`. */
  readonly file: string;
  readonly kind: Kind;
  readonly entity: Entity;
  readonly title: string;
  /** What the project's tests import `test` from. */
  readonly testLibrary: string;
}

/** Believable text for one new file. TypeScript and JavaScript get code, anything else a few lines of comment. */
export function fileContent(request: FileRequest): string {
  const extension = path.posix.extname(request.file).slice(1).toLowerCase();
  if (extension === 'md' || extension === 'mdx' || extension === 'txt' || extension === '') return document(request);
  if (extension === 'sql') return migration(request);
  if (!/^[cm]?[jt]sx?$/.test(extension)) return comment(extension, request);
  return code(request, extension.includes('ts'));
}

/** What is appended to a file that exists: valid at the end of any module, or a comment where that is not sure. */
export function addition(file: string, title: string, before: string): string {
  const extension = path.posix.extname(file).slice(1).toLowerCase();
  const gap = before === '' || before.endsWith('\n') ? '\n' : '\n\n';
  if (extension === 'md' || extension === 'txt') return `${gap}## ${title}\n\nDone by the demo agent.\n`;
  return gap + comment(extension, { title });
}

function code(request: FileRequest, typed: boolean): string {
  const body: Record<Kind, (r: FileRequest, t: Types) => string> = {
    repository,
    migration: module,
    handler,
    middleware,
    component,
    hook,
    test,
    document: module,
    module,
  };
  return body[request.kind](request, types(request, typed));
}

interface Types {
  /** `: type` in TypeScript, nothing in JavaScript. */
  (type: string): string;
  readonly header: string;
}

/** The entity's type, imported from the contract or declared, and a way to annotate. */
function types({ file, entity }: FileRequest, typed: boolean): Types {
  const annotate = (type: string) => (typed ? `: ${type}` : '');
  if (!typed) return Object.assign(annotate, { header: '' });
  if (entity.file !== null && /^[\w@./ -]+\.[cm]?tsx?$/.test(entity.file) && /^[\w@./ -]+$/.test(file)) {
    const relative = path.posix.relative(path.posix.dirname(file), entity.file).replace(/(\.d)?\.[cm]?tsx?$/, '');
    const from = relative.startsWith('.') ? relative : `./${relative}`;
    return Object.assign(annotate, { header: `import type { ${entity.type} } from '${from}';\n\n` });
  }
  const fields = entity.sample.map(([name]) => `  readonly ${name}: string;`).join('\n');
  return Object.assign(annotate, { header: `export interface ${entity.type} {\n${fields}\n}\n\n` });
}

function repository({ entity }: FileRequest, t: Types): string {
  const { type, noun, user, time } = entity;
  const own = user === null ? '' : `.filter((row) => row.${user} === owner)`;
  const order = time === null ? '' : `.sort((a, b) => String(b.${time}).localeCompare(String(a.${time})))`;
  return `${t.header}/** Keeps ${noun} rows in memory until a database is there. */
export class ${capital(noun)}Repository {
  #rows${t(`${type}[]`)} = [];

  add(row${t(type)})${t('void')} {
    this.#rows.push(row);
  }

  /** The latest rows${user === null ? '' : ' of one owner'}, newest first. */
  latest(${user === null ? '' : `owner${t('string')}, `}limit = 20)${t(`${type}[]`)} {
    return [...this.#rows]${own}${order}.slice(0, limit);
  }
}
`;
}

function migration({ entity }: FileRequest): string {
  const columns = entity.sample.map(
    ([name]) => `  ${snake(name)} TEXT NOT NULL${name === entity.id ? ' PRIMARY KEY' : ''}`,
  );
  return `CREATE TABLE ${snake(entity.noun)} (\n${columns.join(',\n')}\n);\n`;
}

function handler({ entity }: FileRequest, t: Types): string {
  const { type, noun } = entity;
  return `${t.header}const largestPage = 100;

/** GET /users/:id/${kebab(noun)}?limit=N */
export function list${capital(noun)}(
  userId${t('string')},
  query${t('{ readonly limit?: string }')},
  load${t(`(userId: string, limit: number) => readonly ${type}[]`)},
)${t(`{ status: number; body: readonly ${type}[] }`)} {
  const limit = Number(query.limit ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) return { status: 400, body: [] };
  return { status: 200, body: load(userId, limit) };
}
`;
}

function middleware({ entity }: FileRequest, t: Types): string {
  return `/** Lets only the owner, or an administrator, read ${entity.noun}. */
export function mayRead${capital(entity.noun)}(viewer${t('{ readonly id: string; readonly admin: boolean }')}, owner${t('string')})${t('boolean')} {
  return viewer.admin || viewer.id === owner;
}
`;
}

function component({ entity }: FileRequest, t: Types): string {
  const { type, noun, id, time } = entity;
  const label = time ?? id;
  return `${t.header}/** The rows of ${noun} as a list, newest first. */
export function render${capital(noun)}Timeline(rows${t(`readonly ${type}[]`)})${t('string')} {
  if (rows.length === 0) return '<p>Nothing yet.</p>';
  const items = rows.map((row) => \`<li>\${escapeHtml(String(${label === null ? 'row' : `row.${label}`}))}</li>\`);
  return \`<ol class="${kebab(noun)}-timeline">\${items.join('')}</ol>\`;
}

function escapeHtml(text${t('string')})${t('string')} {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
`;
}

function hook({ entity }: FileRequest, t: Types): string {
  const { type, noun } = entity;
  const typed = t.header !== '';
  return `${t.header}/** Loads ${noun} once and remembers it per user. */
export function use${capital(noun)}(load${t(`(userId: string) => Promise<readonly ${type}[]>`)}) {
  const known = new Map${typed ? `<string, Promise<readonly ${type}[]>>` : ''}();
  return (userId${t('string')})${t(`Promise<readonly ${type}[]>`)} => {
    const rows = known.get(userId) ?? load(userId);
    known.set(userId, rows);
    return rows;
  };
}
`;
}

function test({ entity, testLibrary }: FileRequest, t: Types): string {
  const { type, noun, time } = entity;
  const sample = entity.sample.map(([name, value]) => `  ${name}: ${value},`).join('\n');
  const timed = entity.sample.some(([name, value]) => name === time && value.startsWith("'2026"));
  const order = `
test('${noun}: newest first', () => {
  const older = { ...sample, ${time}: '2025-12-31T00:00:00.000Z' };
  const sorted = [older, sample].sort((a, b) => b.${time}.localeCompare(a.${time}));
  assert.deepEqual(sorted, [sample, older]);
});
`;
  return `import { strict as assert } from 'node:assert';
import { test } from '${testLibrary}';
${t.header === '' ? '\n' : t.header}const sample${t(type)} = {
${sample}
};

test('${noun}: a row survives JSON', () => {
  assert.equal(JSON.stringify(JSON.parse(JSON.stringify(sample))), JSON.stringify(sample));
});
${timed ? order : ''}`;
}

function module({ entity, title }: FileRequest, t: Types): string {
  const { type, noun } = entity;
  return `${t.header}/** ${title.replaceAll('*/', '* /')} */
export function describe${capital(noun)}(row${t(type)})${t('string')} {
  return Object.entries(row)
    .map(([key, value]) => \`\${key}: \${String(value)}\`)
    .join(', ');
}
`;
}

function document({ title, entity }: Pick<FileRequest, 'title' | 'entity'>): string {
  const fields = entity.sample.map(([name]) => `- \`${name}\``).join('\n');
  return `# ${title}\n\nEach \`${entity.type}\` has:\n\n${fields}\n`;
}

function comment(extension: string, { title }: Pick<FileRequest, 'title'>): string {
  const text = `${title}: done by the demo agent.`.replaceAll('*/', '* /').replaceAll('--', '- -');
  if (/^([cm]?[jt]sx?|go|rs|java|kt|swift|c|h|cc|cpp|hpp|cs|php|scala|dart|jsonc)$/.test(extension))
    return `// ${text}\n`;
  if (/^(css|scss|less)$/.test(extension)) return `/* ${text} */\n`;
  if (/^(html|xml|svg|vue|svelte)$/.test(extension)) return `<!-- ${text} -->\n`;
  if (extension === 'sql') return `-- ${text}\n`;
  return `# ${text}\n`;
}

function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

function kebab(name: string): string {
  return snake(name).replaceAll('_', '-');
}
