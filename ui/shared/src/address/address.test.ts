import { expect, test } from 'vitest';
import { readAddress, writeAddress } from './address';

test('what is written is read again, whatever the parts hold', () => {
  const hash = writeAddress('case', 'R8/砂利 014', { tab: '写真&図', empty: '', none: null });
  expect(readAddress(hash)).toEqual({ name: 'case', id: 'R8/砂利 014', query: { tab: '写真&図' } });
  expect(hash).not.toContain('empty');
});

test('anything is an address', () => {
  expect(readAddress('')).toEqual({ name: '', id: undefined, query: {} });
  expect(readAddress('#/')).toEqual({ name: '', id: undefined, query: {} });
  expect(readAddress('#/case/%E0%A4%A')).toEqual({ name: 'case', id: '%E0%A4%A', query: {} });
});
