/** Names days and weeks as people in a time zone do. */

const quarterHour = 900_000;
/** Few enough formattings for months of records, and short enough that most lie within one day. */
const slot = 12 * quarterHour;
/** The first moment of the year 10000: what comes after is a broken clock, and `Date` itself ends soon after. */
const endOfTime = 253_402_300_800_000;

/**
 * The day of a moment, `YYYY-MM-DD`. Asking `Intl` for each of 15,000 answers would take longer than reading them: days
 * are asked for once per slot, and per quarter of an hour where a slot holds midnight (offsets, and their changes, are
 * whole quarters of an hour).
 * @param timeZone IANA name; one that is not known counts as UTC; empty: that of this process, without `Intl`, whose first
 *   use takes 13 ms
 * @returns null for what is no time of this era
 */
export function createDays(timeZone: string): (at: number) => string | null {
  const format = timeZone === '' ? null : formatOf(timeZone);
  const dayAt = (at: number) => (format === null ? localDay(at) : format.format(at));
  const slots = new Map<number, string | null>();
  const quarters = new Map<number, string>();
  const remember = <T>(known: Map<number, T>, key: number, make: () => T): T => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make();
    known.set(key, made);
    return made;
  };
  return (at) => {
    if (!(at >= 0 && at < endOfTime)) return null;
    const number = Math.floor(at / slot);
    const whole = remember(slots, number, () => {
      const day = dayAt(number * slot);
      return day === dayAt((number + 1) * slot - 1) ? day : null;
    });
    if (whole !== null) return whole;
    const quarter = Math.floor(at / quarterHour);
    return remember(quarters, quarter, () => dayAt(quarter * quarterHour));
  };
}

function localDay(at: number): string {
  const date = new Date(at);
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((number) => String(number).padStart(2, '0'));
  return `${String(date.getFullYear()).padStart(4, '0')}-${month}-${day}`;
}

/** Sweden writes dates as ISO 8601 does. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const o = {
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  } as const;
  try {
    return new Intl.DateTimeFormat('sv-SE', { ...o, timeZone });
  } catch {
    return new Intl.DateTimeFormat('sv-SE', { ...o, timeZone: 'UTC' });
  }
}

/** IANA name of the zone that this process keeps time by. */
export function localTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const dayMs = 86_400_000;

/**
 * The week of a day, `2026-W47`: from Monday; the first of a year is the one with its first Thursday (ISO 8601).
 * @param day `YYYY-MM-DD`
 */
export function weekOf(day: string): string {
  const date = Date.parse(`${day}T00:00:00Z`);
  const thursday = date + (4 - (new Date(date).getUTCDay() || 7)) * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  const week = 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * dayMs));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** The Monday of a week. @param week `2026-W47` @returns `YYYY-MM-DD` */
export function mondayOf(week: string): string {
  const [year = '', number = ''] = week.split('-W');
  const fourth = Date.UTC(Number(year), 0, 4);
  const first = fourth - ((new Date(fourth).getUTCDay() || 7) - 1) * dayMs;
  return new Date(first + (Number(number) - 1) * 7 * dayMs).toISOString().slice(0, 10);
}
