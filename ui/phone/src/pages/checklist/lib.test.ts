import { describe, expect, it } from 'vitest';
import type { LineCheckView, RunView, StepView } from '@ekitei/shared';
import { allDone, byPlace, isKnown, openSteps, stepsOf, toggled } from './lib';

const step = (key: string, more: Partial<StepView> = {}): StepView => ({ key, title: { ja: key }, help: null, picture: null, kind: 'tick', settings: null, options: [], judged: null, done: null, ...more });
const run = (...steps: StepView[]): RunView => ({ steps }) as RunView;

describe('a list of steps', () => {
  const given = run(step('battery', { kind: 'fact', judged: { holds: false, value: '20 %' } }), step('pc', { kind: 'fact', judged: { holds: null, value: '' } }), step('bag'), step('note', { kind: 'text' }));

  it('leaves to the phone what the phone knows, good or bad', () => {
    expect(given.steps.map(isKnown)).toEqual([true, false, false, false]);
    expect(openSteps(given, {}).map((one) => one.key)).toEqual(['pc', 'bag', 'note']);
  });

  it('ticks the rest at once, but writes no words for a person', () => {
    const marks = allDone(given, { pc: { result: 'failed', ms: 5, note: '' } }, 3000);
    expect(stepsOf(marks)).toEqual([
      { key: 'pc', result: 'failed', ms: 5, note: '' },
      { key: 'bag', result: 'done', ms: 3000, note: '' },
    ]);
  });

  it('takes a tick back with a second tap', () => {
    const once = toggled({}, 'bag', 'done', 100);
    expect(toggled(once, 'bag', 'done', 200)).toEqual({});
    expect(toggled(once, 'bag', 'failed', 200).bag?.result).toBe('failed');
  });
});

it('groups line checks by place, the last place first', () => {
  const check = (id: string, place: string): LineCheckView => ({ id, place }) as LineCheckView;
  expect(byPlace([check('3', '車内'), check('2', '役場'), check('1', '車内')]).map((one) => [one.place, one.checks.length])).toEqual([['車内', 2], ['役場', 1]]);
});
