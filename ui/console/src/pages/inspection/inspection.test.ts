import { expect, test } from 'vitest';
import type { AnswerView, SectionView } from '../../api/gen';
import { blocksOf } from './lib';

const line = (key: string, shown: string, more: Partial<AnswerView> = {}): AnswerView => ({ key, kind: 'decimal', label: key.split('@')[0] ?? '', shown, photos: [], ...more }) as AnswerView;
const section = (heading: string, ...lines: AnswerView[]): SectionView => ({ heading, lines });

test('instances of a repeat become one table, whatever each has answered', () => {
  const blocks = blocksOf([
    section('基本', line('day', '令和8年')),
    section('株 › 株 1', line('height@t1', '12.5 cm'), line('leaves@t1', '4')),
    section('株 › 株 2', line('leaves@t2', '5')),
    section('所見', line('memo', 'x')),
  ]);
  expect(blocks.map((one) => one.table?.heading ?? one.section?.heading)).toEqual(['基本', '株', '所見']);
  const table = blocks[1]?.table;
  expect(table?.columns).toEqual(['height', 'leaves']);
  expect(table?.rows.map((row) => [row.name, ...row.lines.map((one) => one?.shown)])).toEqual([['株 1', '12.5 cm', '4'], ['株 2', undefined, '5']]);
});

test('numbers before or behind the name, it is one table', () => {
  const blocks = blocksOf([section('1株', line('height@n1', '1'), line('leaves@n1', '2')), section('2株', line('height@n2', '3'), line('leaves@n2', '4'))]);
  expect(blocks.map((one) => [one.table?.heading, one.table?.rows.length])).toEqual([['株', 2]]);
});

test('two repeats beside each other stay two tables, and what has a finding stays a list', () => {
  const blocks = blocksOf([
    section('株 1', line('height@t1', '1'), line('leaves@t1', '2')),
    section('測点 1', line('depth@p1', '3')),
    section('設備 › 設備 1', line('fence@e1', '否', { kind: 'ruling', value: 'fail', finding: '倒れている' })),
  ]);
  expect(blocks.map((one) => (one.table ? `table ${one.table.heading}` : one.section?.heading))).toEqual(['table 株', '測点 1', '設備 › 設備 1']);
});
