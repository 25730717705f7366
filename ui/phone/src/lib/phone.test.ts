import { afterEach, describe, expect, it, vi } from 'vitest';
import { attendPhone, onPhone, refusal, visitInFront } from './phone';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('visitInFront', () => {
  it('holds the lock off only where a visit is being worked on and seen', () => {
    vi.stubGlobal('document', { visibilityState: 'visible' });
    expect(visitInFront('visit')).toBe(true);
    expect(visitInFront('inspection')).toBe(true);
    expect(visitInFront('today')).toBe(false);
    vi.stubGlobal('document', { visibilityState: 'hidden' });
    expect(visitInFront('visit')).toBe(false);
  });
});

function phoneWith(answers: Record<string, unknown>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 (Linux; Android 11)' });
  vi.stubGlobal('window', {
    __TAURI_INTERNALS__: {
      invoke: (command: string, args: Record<string, unknown>) => {
        asked.push(command === 'bridge' ? `bridge ${String(args.call)}` : command);
        return Promise.resolve(answers[asked[asked.length - 1] ?? ''] ?? {});
      },
      transformCallback: () => 1,
    },
  });
  return asked;
}

describe('attendPhone', () => {
  it('takes what another app handed over, and says what was refused', async () => {
    const asked = phoneWith({
      'plugin:ekitei-native|share_take': {
        taken: [{ name: 'a.jpg', bytes: 3, type: 'image/jpeg' }],
        refused: [{ name: 'b.mov', code: 'photo-format', size_mb: null }],
      },
      'bridge photo_add': { ok: [] },
    });
    expect(onPhone()).toBe(true);
    const told: string[] = [];
    await new Promise<void>((done) => {
      attendPhone({
        received: (count) => told.push(`received ${count}`),
        failed: (fault) => {
          told.push(`failed ${fault.code}`);
          done();
        },
        changed: () => undefined,
      });
    });
    expect(told).toEqual(['received 1', 'failed photo-format']);
    expect(asked).toContain('bridge photo_add');
  });

  it('asks nothing where no phone is', () => {
    vi.stubGlobal('window', {});
    attendPhone({ received: () => expect.unreachable(), failed: () => expect.unreachable(), changed: () => undefined })();
  });
});

it('names only sizes that are known', () => {
  const code = 'photo-file-large';
  expect(refusal([{ name: 'x', code, size_mb: 120, limit_mb: 100 }])).toEqual({ code, params: { name: 'x', size_mb: '120', limit_mb: '100' }, cure: 'ask' });
  expect(refusal([{ name: 'x', code: 'file-denied', size_mb: null }, { name: 'y', code }])).toEqual({ code: 'file-denied', params: { name: 'x' }, cure: 'ask' });
  expect(refusal([])).toBeUndefined();
});
