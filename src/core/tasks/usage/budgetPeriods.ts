import { createDays } from '../../usage/days';

const daysOf = new Map<string, (at: number) => string | null>();

/** Today where the user is, `YYYY-MM-DD`. @param timeZone IANA name; absent: that of this process, which needs no `Intl` */
export function todayAt(now: Date, timeZone = ''): string {
  const dayAt = daysOf.get(timeZone) ?? createDays(timeZone);
  daysOf.set(timeZone, dayAt);
  // A clock that is broken so far counts for nothing: no record is of that day.
  return dayAt(now.getTime()) ?? '0000-01-01';
}
