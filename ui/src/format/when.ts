/** Moments, days and spans of time, in the user's locale and time zone. */

type Moment = string | Date;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const asDate = (moment: Moment): Date => (typeof moment === "string" ? new Date(moment) : moment);

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const fullMoment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const plainDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const calendarDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

function sameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}

/** `14:02` */
export function timeOf(moment: Moment): string {
  return time.format(asDate(moment));
}

/** `14:02` today, `12 Mar, 14:02` otherwise; with the year when it is another one. */
export function momentOf(moment: Moment, now: Date = new Date()): string {
  const date = asDate(moment);
  if (sameDay(date, now)) return time.format(date);
  return date.getFullYear() === now.getFullYear() ? dayAndTime.format(date) : fullMoment.format(date);
}

/** `12 Mar 2026, 14:02` */
export function fullMomentOf(moment: Moment): string {
  return fullMoment.format(asDate(moment));
}

/** `12 Mar 2026` of a moment, or of a calendar day such as `2026-03-12`, which has no time zone. */
export function dayOf(moment: Moment): string {
  if (typeof moment === "string" && /^\d{4}-\d{2}-\d{2}$/.test(moment)) {
    return calendarDay.format(new Date(`${moment}T00:00:00Z`));
  }
  return plainDay.format(asDate(moment));
}

/** `3 minutes ago`, `in 2 hours`, `yesterday`. */
export function relativeTo(moment: Moment, now: Date = new Date()): string {
  const distance = asDate(moment).getTime() - now.getTime();
  const size = Math.abs(distance);
  if (size < 45_000) return relative.format(0, "second");
  if (size < 55 * minute) return relative.format(Math.round(distance / minute), "minute");
  if (size < 22 * hour) return relative.format(Math.round(distance / hour), "hour");
  return relative.format(Math.round(distance / day), "day");
}

/** `45 sec`, `12 min`, `1 hr 20 min`, `2 days` of a number of seconds; or the same in whole words. */
export function durationOf(seconds: number, display: "short" | "long" = "short"): string {
  const unit = (value: number, name: string, words = display) =>
    new Intl.NumberFormat(undefined, { style: "unit", unit: name, unitDisplay: words }).format(value);
  if (seconds < 60) return unit(Math.max(0, Math.round(seconds)), "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return unit(minutes, "minute");
  if (minutes >= 48 * 60) return unit(Math.round(minutes / (24 * 60)), "day", "long");
  const rest = minutes % 60;
  const hours = unit(Math.floor(minutes / 60), "hour");
  return rest === 0 ? hours : `${hours} ${unit(rest, "minute")}`;
}

/** The calendar day of a moment in the user's time zone, as a date input wants it. */
export function inputDay(moment: Moment): string {
  const date = asDate(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
