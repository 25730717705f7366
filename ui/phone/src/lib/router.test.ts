import { describe, expect, it } from 'vitest';
import { hrefOf, parseRoute, tabOf } from './router';

describe('parseRoute', () => {
  it.each(['', '#', '#/', '#/nowhere/1', '#/%'])('leads %j to Today', (hash) => expect(parseRoute(hash).page).toBe('today'));
  it('reads back what hrefOf writes', () => {
    const href = hrefOf('note', 'new', { case: 'a/b?c', visit: null, mode: 'pen' });
    expect(parseRoute(href)).toEqual({ page: 'note', id: 'new', query: { case: 'a/b?c', mode: 'pen' } });
    expect(parseRoute(hrefOf('case', '案件/1'))).toEqual({ page: 'case', id: '案件/1', query: {} });
  });
});

it('knows the tab of every screen', () => {
  expect(tabOf('case')).toBe('cases');
  expect(tabOf('conflicts')).toBe('queue');
  expect(tabOf('room')).toBe('chat');
  expect(tabOf('note')).toBe('today');
});
