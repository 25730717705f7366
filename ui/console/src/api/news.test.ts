import { describe, expect, it } from 'vitest';
import { oneAfterAnother } from '../lib/coalesce';
import { aboutRoom, aboutRooms, besideRooms, Gathered, scopeOf } from './news';

describe('hints', () => {
  const of = (...scopes: string[]): ReadonlySet<string> => new Set(scopes);

  it('are read again where they belong', () => {
    expect([of('room:a'), of('room:b'), of('case:a'), of('case:x', 'room:a'), of('user:s'), undefined].map((news) => aboutRoom(news, 'a'))).toEqual([true, false, false, true, true, true]);
    expect([of('room:b'), of('section:係'), of('user:s'), of('case:x'), of('all:'), undefined].map(aboutRooms)).toEqual([true, true, true, false, false, true]);
    expect([of('room:a', 'room:b'), of('room:a', 'case:x'), of('all:'), undefined].map(besideRooms)).toEqual([false, true, true, true]);
  });

  it('name their scope, or mean anything', () => {
    expect(scopeOf('{"scope":"room:a","seq":3,"urgent":false}')).toBe('room:a');
    expect(['', '{}', 'null', '{"scope":1}', undefined].map(scopeOf)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('are told of together, once', () => {
    const gathered = new Gathered();
    gathered.add('room:a');
    gathered.add('room:b');
    gathered.add('room:a');
    expect(gathered.take()).toEqual(new Set(['room:a', 'room:b']));
    expect(gathered.take()).toEqual(new Set());
    gathered.add('room:a');
    gathered.add(undefined);
    gathered.add('room:b');
    expect(gathered.take()).toBeUndefined();
    expect(gathered.take()).toEqual(new Set());
  });
});

describe('one after another', () => {
  it('runs once more for all who asked meanwhile', async () => {
    const doors: (() => void)[] = [];
    const read = oneAfterAnother(() => new Promise((done) => doors.push(done)));
    const first = read();
    const [second, third] = [read(), read()];
    expect([doors.length, second === third]).toEqual([1, true]);
    doors[0]?.();
    await first;
    await Promise.resolve();
    while (doors.length < 2) await Promise.resolve();
    const fourth = read();
    expect(fourth).not.toBe(second);
    doors[1]?.();
    await second;
    while (doors.length < 3) await Promise.resolve();
    doors[2]?.();
    await fourth;
    void read();
    expect(doors.length).toBe(4);
  });

  it('goes on after a run that failed', async () => {
    let runs = 0;
    const read = oneAfterAnother(() => ((runs += 1), runs === 1 ? Promise.reject(new Error('no line')) : Promise.resolve()));
    const [first, second] = [read(), read()];
    await expect(first).rejects.toThrow('no line');
    await second;
    expect(runs).toBe(2);
  });
});
