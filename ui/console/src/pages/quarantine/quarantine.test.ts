import { setLanguage } from '@ekitei/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, readable, reasonText } from './lib';

beforeEach(() => setLanguage('ja'));

describe('held records', () => {
  it('say why in words, and the code where there are none', () => {
    expect(reasonText('not-allowed')).toContain('権限');
    expect(reasonText('brand-new')).toContain('brand-new');
  });

  it('show values as text, whatever they are', () => {
    const content = JSON.stringify({ op: 'create', fields: { text: '<b>太字</b>', list: ['a'], n: 3 } });
    expect(contentOf({ content }).fields).toEqual([{ name: 'text', value: '<b>太字</b>' }, { name: 'list', value: '["a"]' }, { name: 'n', value: '3' }]);
  });

  it('keep unreadable content as it came', () => {
    expect(contentOf({ content: '\u0000broken{' })).toEqual({ fields: [], raw: '\u0000broken{' });
    expect(contentOf({ content: '"text"' }).fields).toEqual([]);
    expect(contentOf({ content: 'null' }).fields).toEqual([]);
  });

  it('read instants, and only instants, as dates', () => {
    expect(readable('2026-11-21T18:23:20.591+09:00')).toBe('令和8年11月21日（土） 18:23');
    expect(readable('2026-11-21 の記録')).toBe('2026-11-21 の記録');
    expect(readable('2026-99-99T99:99')).toBe('2026-99-99T99:99');
  });
});
