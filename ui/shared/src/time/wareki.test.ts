import { describe, expect, it } from 'vitest';
import { fiscalYear, formatFiscalYear, formatWareki, formatWarekiShort, parseDate } from './wareki';

describe('parseDate', () => {
  it.each([
    ['令和4年3月5日', '2022-03-05'],
    ['R4.3.5', '2022-03-05'],
    ['r4.3.5', '2022-03-05'],
    ['令4/3/5', '2022-03-05'],
    ['2022-03-05', '2022-03-05'],
    ['2022/3/5', '2022-03-05'],
    ['2022年3月5日', '2022-03-05'],
    ['20220305', '2022-03-05'],
    ['Ｒ４．３．５', '2022-03-05'],
    ['令和 4年 3月 5日', '2022-03-05'],
    ['令和元年5月1日', '2019-05-01'],
    ['平成31年4月30日', '2019-04-30'],
    ['昭和64年1月7日', '1989-01-07'],
    ['S47.2.29', '1972-02-29'],
  ])('reads %s', (written, iso) => expect(parseDate(written)).toBe(iso));

  it.each(['', 'あした', '令和4年2月30日', 'R4.13.1', '平成31年5月1日', '令和0年1月1日', '22-03-05', 'X4.3.5', '2021-02-29'])(
    'refuses %s',
    (written) => expect(parseDate(written)).toBeUndefined(),
  );

  it('reads back what it writes, for every day around the changes of era', () => {
    for (const start of ['1873-01-01', '1912-07-25', '1926-12-20', '1989-01-01', '2019-04-25', '2024-02-26']) {
      for (let day = 0; day < 12; day += 1) {
        const iso = new Date(Date.parse(`${start}T00:00:00Z`) + day * 86_400_000).toISOString().slice(0, 10);
        expect(parseDate(formatWareki(iso))).toBe(iso);
        expect(parseDate(formatWarekiShort(iso))).toBe(iso);
      }
    }
  });
});

describe('formatWareki', () => {
  it('writes the first year as 元年', () => expect(formatWareki('2019-05-01')).toBe('令和元年5月1日'));
  it('changes era on the day', () => expect(formatWareki('2019-04-30')).toBe('平成31年4月30日'));
  it('leaves text that is no date alone', () => expect(formatWareki('?')).toBe('?'));
});

describe('fiscal year', () => {
  it('turns on 1 April', () => {
    expect(fiscalYear('2022-03-31')).toBe(2021);
    expect(fiscalYear('2022-04-01')).toBe(2022);
  });
  it('is named as offices name it', () => {
    expect(formatFiscalYear(2021)).toBe('令和3年度');
    expect(formatFiscalYear(2019)).toBe('令和元年度');
    expect(formatFiscalYear(2018)).toBe('平成30年度');
  });
});
