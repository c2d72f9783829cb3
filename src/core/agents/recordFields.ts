/** An object as it stands in a record: nothing is known of its fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** Above all that a model or a person can have used; a number beyond it is damage. */
const mostTokens = 1e12;
const mostMoney = 1e9;
const longestName = 1024;
const longestPath = 4096;
/** 2100-01-01. */
const latest = 4_102_444_800_000;

/** What a line or file of JSON holds; null: no object, or no JSON. */
export function parseFields(text: Buffer | string): Fields | null {
  try {
    return fieldsOf(JSON.parse(text.toString()));
  } catch {
    return null;
  }
}

/** null: no object. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** A name or an id; null: none that anything could be named by. */
export function nameOf(value: unknown, longest = longestName): string | null {
  return typeof value === 'string' && value !== '' && value.length <= longest && !value.includes('\0') ? value : null;
}

/** A file or folder; null: none that there could be. */
export const pathOf = (value: unknown): string | null => nameOf(value, longestPath);

/** A number of tokens or of things; what is absent is none. null: it makes no sense. */
export function countOf(value: unknown): number | null {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= mostTokens ? value : null;
}

/**
 * Numbers by names of ours; `names` says what each is called in the record.
 * @returns null as soon as one of them makes no sense: an answer is counted as a whole or not at all
 */
export function countsOf<Name extends string>(
  fields: Fields,
  names: Readonly<Record<Name, string>>,
): Record<Name, number> | null {
  const counts: Partial<Record<Name, number>> = {};
  for (const name in names) {
    const count = countOf(fields[names[name]]);
    if (count === null) return null;
    counts[name] = count;
  }
  return counts as Record<Name, number>;
}

/** US dollars; null: not told, or it makes no sense. Nothing paid is not told: agents write 0 where they know no price. */
export function moneyOf(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value <= mostMoney ? value : null;
}

/** Milliseconds since 1970 of an ISO 8601 text or of milliseconds; null: not told, or it makes no sense. */
export function timeOf(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : value;
  return typeof at === 'number' && at > 0 && at < latest ? at : null;
}

export const nonsense = 'its numbers of tokens make no sense';
export const noJson = 'it is no whole line of JSON';
