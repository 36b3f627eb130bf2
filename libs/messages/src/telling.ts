/** How something is said in the language and the time zone of a connection. */
import { countryName, type MessageLanguage, Notifications } from '@leads/contracts';
import { catalogue } from './catalogue/catalogue.ts';
import type { Texts } from './catalogue/en.ts';

/** How contacts are told where their connection says nothing of it. */
export const USUAL_NOTIFICATIONS: Notifications = Notifications.parse({});

export interface Telling {
  language: MessageLanguage;
  texts: Texts;
  /** A point in time as people read it, with its time zone. */
  when: (at: string) => string;
  /** From one to another; empty where there is none. */
  span: (from: string | undefined, until: string | undefined) => string;
  /** For a table: the day in one line, and the time in the same or in the next. */
  briefly: (at: string) => string;
  /** A day, given as `2027-01-17`, wherever one is. */
  day: (day: string) => string;
  days: (from: string, until: string) => string;
  list: (items: readonly string[]) => string;
  country: (text: string) => string;
}

/** Of a connection. */
export function tellingOf({ language, timeZone }: Notifications): Telling {
  const texts = catalogue[language];
  const { tag } = texts;
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const moment = new Intl.DateTimeFormat(tag, {
    ...{ timeZone, ...time },
    ...{ year: 'numeric', month: 'long', day: 'numeric', timeZoneName: 'short' },
  });
  const shortDay = new Intl.DateTimeFormat(tag, { timeZone, day: 'numeric', month: 'short' });
  const shortTime = new Intl.DateTimeFormat(tag, { timeZone, ...time });
  const date = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', dateStyle: 'long' });
  const items = new Intl.ListFormat(tag, { type: 'conjunction' });
  return {
    language,
    texts,
    when: (at) => moment.format(new Date(at)),
    span: (from, until) =>
      from === undefined || until === undefined ? '' : moment.formatRange(new Date(from), new Date(until)),
    briefly: (at) =>
      `${shortDay.format(new Date(at)).replaceAll(' ', '\u00a0')} ${shortTime.format(new Date(at))}`,
    day: (day) => date.format(new Date(day)),
    days: (from, until) => date.formatRange(new Date(from), new Date(until)),
    list: (parts) => items.format(parts),
    country: (text) => countryName(text, language),
  };
}
