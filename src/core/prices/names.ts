/** Longer names are nobody's: they are not looked at, so that a hostile record costs nothing. */
const longestName = 200;

/** Routes over which a model is reached; they do not change what it is. Each stands before a `/`. */
const routes = new Set([
  'anthropic',
  'openai',
  'google',
  'gemini',
  'azure',
  'azure_ai',
  'bedrock',
  'amazon-bedrock',
  'bedrock_converse',
  'converse',
  'invoke',
  'vertex_ai',
  'google-vertex',
  'google-vertex-anthropic',
  'publishers',
  'models',
  'openrouter',
  'github_copilot',
  'github-copilot',
  'opencode',
  'litellm_proxy',
  'deepseek',
  'x-ai',
  'xai',
  'mistral',
  'mistralai',
  'moonshot',
  'moonshotai',
  'qwen',
  'z-ai',
  'zai',
]);

/** Bedrock: `us.anthropic.claude-…-v1:0`, with an inference profile's region before the vendor. */
const bedrock = /^(?:(?:us|eu|apac|jp|au|ca|global|us-gov)\.)?(?:anthropic|openai|deepseek|mistral|moonshotai?|qwen)\./;
const bedrockVersion = /-v\d+(?::\d+)?$/;

/** The rules by which a name becomes shorter, in this order: each takes off one thing that does not change the price. */
const rules: readonly ((name: string) => string)[] = [
  // Claude Code's mark of the long context window.
  (name) => name.replace(/\[1m\]$/, ''),
  withoutRoutes,
  (name) => (bedrock.test(name) ? name.replace(bedrock, '').replace(bedrockVersion, '') : name),
  // Vertex AI: `claude-sonnet-4-5@20250929`, `@default`.
  (name) => name.replace(/@(?:\d{8}|default|latest)$/, ''),
  (name) => name.replace(/-latest$/, ''),
  // `-20250929`, `-2025-08-07`, and of Gemini's previews `-05-06` and `-09-2025`.
  (name) => name.replace(/-20\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/, ''),
  (name) => (name.startsWith('gemini-') ? name.replace(/-00\d$/, '') : name),
  (name) => name.replace(/(-preview)-(?:\d{2}-\d{2}|\d{2}-20\d{2})$/, '$1'),
  // Copilot and OpenRouter write `claude-sonnet-4.5`.
  (name) => (name.startsWith('claude-') ? name.replace(/(\d)\.(?=\d)/g, '$1-') : name),
];

function withoutRoutes(name: string): string {
  let rest = name;
  for (let slash = rest.indexOf('/'); slash !== -1 && routes.has(rest.slice(0, slash)); slash = rest.indexOf('/')) {
    rest = rest.slice(slash + 1);
  }
  return rest;
}

/**
 * The names under which a model may have a price, the most particular first: as the record has it, then without what
 * does not change the price. Nothing is guessed: what no rule covers stays as it is.
 *
 * @returns empty: no name of a model
 */
export function modelNames(raw: string): readonly string[] {
  if (raw.length > longestName) return [];
  let name = raw.trim().toLowerCase();
  if (name === '') return [];
  const names = [name];
  for (const rule of rules) {
    const shorter = rule(name);
    if (shorter === name || shorter === '') continue;
    name = shorter;
    names.push(name);
  }
  return names;
}

/** The name without route, date and version; null: no name of a model. */
export function canonicalName(raw: string): string | null {
  return modelNames(raw).at(-1) ?? null;
}

/** Whether a name matches a glob, in which `*` stands for anything, slashes too. In linear time, without case. */
export function matchesGlob(name: string, glob: string): boolean {
  const parts = glob.toLowerCase().split('*');
  const text = name.toLowerCase();
  const head = parts[0] ?? '';
  const tail = parts.at(-1) ?? '';
  if (parts.length === 1) return text === head;
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let from = head.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= text.length - tail.length;
}
