import { setLanguage } from '@ekitei/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import { difference } from './difference';
import { pauseMs } from './pause';
import { roomOf } from './room';
import { hrefOf, parseRoute, tabOf } from './router';
import { uuidV7 } from './uuid';
import { bothPossible, shown } from './value';
import { caseName, sectionParts } from './words';

beforeEach(() => setLanguage('ja'));

describe('addresses', () => {
  it('come back as they were written', () => {
    for (const [page, id, query] of [
      ['feed', undefined, {}],
      ['cases', undefined, { q: '砂利 & 火薬', state: 'closed' }],
      ['case', 'R8/砂利#1', { photo: 'p1', tab: 'photos' }],
    ] as const) {
      expect(parseRoute(hrefOf(page, id, query))).toEqual({ page, id, query });
    }
  });

  it('lead somewhere useful when they are broken', () => {
    expect(parseRoute('').page).toBe('feed');
    expect(parseRoute('#/nonsense/x').page).toBe('feed');
    expect(parseRoute('#/case').page).toBe('cases');
    expect(parseRoute('#/case/%E3%81').id).toBe('%E3%81');
    expect(tabOf('case')).toBe('cases');
  });
});

describe('ids minted here', () => {
  it('are UUIDv7 with the time in front', () => {
    const id = uuidV7(0x0123456789ab, new Uint8Array(10).fill(0xff));
    expect(id).toBe('01234567-89ab-7fff-bfff-ffffffffffff');
    expect(uuidV7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidV7()).not.toBe(uuidV7());
    expect(uuidV7(1_000) < uuidV7(2_000)).toBe(true);
  });
});

describe('two texts side by side', () => {
  const marked = (lines: { text: string; only: boolean }[]): string[] => lines.filter((one) => one.only).map((one) => one.text);

  it('mark the lines that only one side has', () => {
    const sides = difference('北側\n転石 3 個\n清掃', '北側\n転石 5 個\n清掃\n写真');
    expect(marked(sides.left)).toEqual(['転石 3 個']);
    expect(marked(sides.right)).toEqual(['転石 5 個', '写真']);
  });

  it('mark nothing in equal texts, whatever ends the lines', () => {
    const sides = difference('一\r\n二', '一\n二');
    expect(marked([...sides.left, ...sides.right])).toEqual([]);
  });

  it('keep every line of both sides, also of very long texts', () => {
    for (const count of [3, 1_200]) {
      const left = Array.from({ length: count }, (_, at) => `行 ${at % 7}`);
      const right = [...left.slice(2), '終'];
      const sides = difference(left.join('\n'), right.join('\n'));
      expect(sides.left.map((one) => one.text)).toEqual(left);
      expect(sides.right.map((one) => one.text)).toEqual(right);
    }
  });
});

describe('reaching the server again', () => {
  it('waits longer each time, never over half a minute, never all at once', () => {
    expect(pauseMs(0, 0)).toBe(500);
    expect(pauseMs(0, 1)).toBe(1_000);
    expect(pauseMs(3, 1)).toBe(8_000);
    expect(pauseMs(99, 1)).toBe(30_000);
    expect(pauseMs(99, 0)).toBe(15_000);
  });
});

describe('room', () => {
  it('counts letters, not pixels', () => {
    expect(roomOf(1366, 100)).toBe('wide');
    expect(roomOf(1366, 150)).toBe('middle');
    expect(roomOf(1366, 200)).toBe('narrow');
    expect(roomOf(360, 100)).toBe('narrow');
  });
});

describe('words', () => {
  it('name sections by their own name', () => {
    expect(sectionParts('東雲振興局/農務課/普及係')).toEqual({ name: '普及係', above: '東雲振興局 農務課' });
    expect(sectionParts('本庁')).toEqual({ name: '本庁', above: '' });
  });

  it('show a restricted case without a name as restricted', () => {
    expect(caseName({ name: '', restricted: true })).toBe('関係者限り');
    expect(caseName({ name: '烏帽子火薬庫', restricted: true })).toBe('烏帽子火薬庫');
    expect(caseName({ name: '' })).toBe('（名前なし）');
  });

  it('say values of any kind', () => {
    expect(shown('')).toBe('（何も書かれていません）');
    expect(shown(['s001', 's002'])).toBe('s001、s002');
    expect(shown([{ points: [] }])).toContain('1');
    expect(shown(true)).toBe('true');
    expect(bothPossible('a', 'b')).toBe(true);
    expect(bothPossible([], [])).toBe(true);
    expect(bothPossible('a', null)).toBe(false);
  });
});
