// Japanese calendar: written as people write it, kept as ISO dates.

export interface IsoDateParts {
  year: number;
  month: number;
  day: number;
}

interface Era {
  kanji: string;
  letter: string;
  /** First day of the era, ISO. */
  from: string;
}

// Newest first. Before 1873 Japan counted months by another calendar, so Meiji starts there.
const ERAS: readonly Era[] = [
  { kanji: '令和', letter: 'R', from: '2019-05-01' },
  { kanji: '平成', letter: 'H', from: '1989-01-08' },
  { kanji: '昭和', letter: 'S', from: '1926-12-25' },
  { kanji: '大正', letter: 'T', from: '1912-07-30' },
  { kanji: '明治', letter: 'M', from: '1873-01-01' },
];

const pad = (value: number, length: number): string => String(value).padStart(length, '0');

export function toIso({ year, month, day }: IsoDateParts): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Undefined unless the day exists in the calendar. */
export function partsOf(iso: string): IsoDateParts | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (!found) return undefined;
  const parts = { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) };
  return exists(parts) ? parts : undefined;
}

function exists({ year, month, day }: IsoDateParts): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function eraOf(iso: string): Era | undefined {
  return ERAS.find((era) => iso >= era.from);
}

function eraYear(era: Era, year: number): number {
  return year - Number(era.from.slice(0, 4)) + 1;
}

/** 2022-03-05 → 令和4年3月5日; a date before Meiji 6 keeps its western year. */
export function formatWareki(iso: string): string {
  const parts = partsOf(iso);
  if (!parts) return iso;
  const era = eraOf(iso);
  const year = era ? eraYear(era, parts.year) : parts.year;
  return `${era?.kanji ?? ''}${era && year === 1 ? '元' : year}年${parts.month}月${parts.day}日`;
}

/** 2022-03-05 → R4.3.5, for narrow columns. */
export function formatWarekiShort(iso: string): string {
  const parts = partsOf(iso);
  const era = eraOf(iso);
  if (!parts || !era) return iso;
  return `${era.letter}${eraYear(era, parts.year)}.${parts.month}.${parts.day}`;
}

/**
 * Reads 令和4年3月5日, 令和元年5月1日, R4.3.5, 令4/3/5, 2022-03-05, 2022年3月5日, 20220305, in full or half width.
 * Undefined when it is no date, names a day that does not exist, or a day outside its era.
 */
export function parseDate(written: string): string | undefined {
  const text = written.normalize('NFKC').replace(/\s+/g, '').toUpperCase();
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact) return checked(Number(compact[1]), Number(compact[2]), Number(compact[3]));
  const found = /^(\D{0,2})(\d{1,4}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?$/.exec(text);
  if (!found) return undefined;
  const [, name = '', yearText = '', monthText = '', dayText = ''] = found;
  const yearNumber = yearText === '元' ? 1 : Number(yearText);
  if (name === '') return yearText.length === 4 ? checked(yearNumber, Number(monthText), Number(dayText)) : undefined;
  const era = ERAS.find((one) => name === one.kanji || name === one.letter || name === one.kanji[0]);
  if (!era || yearNumber < 1) return undefined;
  const iso = checked(Number(era.from.slice(0, 4)) + yearNumber - 1, Number(monthText), Number(dayText));
  return iso !== undefined && eraOf(iso) === era ? iso : undefined;
}

function checked(year: number, month: number, day: number): string | undefined {
  const parts = { year, month, day };
  return exists(parts) ? toIso(parts) : undefined;
}

/** Japanese fiscal year (April to March): 2022-03-05 → 2021. */
export function fiscalYear(iso: string): number | undefined {
  const parts = partsOf(iso);
  return parts && (parts.month >= 4 ? parts.year : parts.year - 1);
}

/** 2021 → 令和3年度, 2019 → 令和元年度: an era that began within the year names it, as offices do. */
export function formatFiscalYear(year: number): string {
  const era = eraOf(`${pad(year + 1, 4)}-03-31`);
  if (!era) return `${year}年度`;
  const count = eraYear(era, year);
  return `${era.kanji}${count <= 1 ? '元' : count}年度`;
}
