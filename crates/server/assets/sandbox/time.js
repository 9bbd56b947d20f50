// Slack's ts and other times, in the reader's own zone and language.

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const dayShort = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const dayNumbers = new Intl.DateTimeFormat("sv-SE");
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const dateOfTs = (ts) => new Date(Number(ts) * 1000);
export const clockOf = (date) => clock.format(date);
export const wholeOf = (date) => whole.format(date);
export const dayKey = (date) => dayNumbers.format(date);

/** "Today", "Yesterday", "Monday, 3 March", with the year if it is another one. */
export function dayName(date, now = new Date()) {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (dayKey(date) === dayKey(now)) return "Today";
  if (dayKey(date) === dayKey(yesterday)) return "Yesterday";
  return date.getFullYear() === now.getFullYear() ? day.format(date) : dayYear.format(date);
}

/** Slack's date tokens: `{date_short} at {time}`. Unknown ones stay as they are. */
export function formatDate(seconds, format) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const tokens = {
    date_num: () => dayKey(date),
    date: () => dayYear.format(date),
    date_short: () => dayShort.format(date),
    date_long: () => `${day.format(date)}, ${date.getFullYear()}`,
    date_pretty: () => dayName(date),
    date_short_pretty: () => dayName(date),
    date_long_pretty: () => dayName(date),
    time: () => clock.format(date),
    time_secs: () => clockSeconds.format(date),
  };
  return format.replace(/\{(\w+)\}/g, (token, name) => (Object.hasOwn(tokens, name) ? tokens[name]() : token));
}
