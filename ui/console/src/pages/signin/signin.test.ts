import { describe, expect, it } from 'vitest';
import { faultFrom, faultOf, faultText, offline } from '../../api/fault';
import { emptiesPassword, missing, tidyStaff } from './lib';

describe('signing in', () => {
  it('asks for both, and takes full-width numbers', () => {
    expect(missing(' ', '')).toEqual({ staff: expect.any(String), password: expect.any(String) });
    expect(missing('s001', ' ')).toEqual({ staff: undefined, password: undefined });
    expect(tidyStaff(' ｓ００１ ')).toBe('s001');
  });

  it('empties the password only when the pair was wrong', () => {
    expect(emptiesPassword({ code: 'sign-in-wrong', params: {}, cure: 'ask' })).toBe(true);
    expect(emptiesPassword(offline().fault)).toBe(false);
  });
});

describe('faults', () => {
  it('are read from the answer, and made where the answer is none', () => {
    expect(faultFrom(403, { code: 'not-allowed', params: {}, cure: 'ask' }).fault.code).toBe('not-allowed');
    expect(faultFrom(502, '<html>').fault).toEqual({ code: 'answer-unreadable', params: { status: '502' }, cure: 'retry' });
    expect(faultFrom(500, null).status).toBe(500);
    expect(faultOf(new Error('x')).code).toBe('screen-fault');
  });

  it('are said in the words of a PC, never as a code alone', () => {
    expect(faultText({ code: 'not-allowed', params: {}, cure: 'ask' })).not.toContain('保留');
    expect(faultText({ code: 'case-number-taken', params: { number: 'R8-1' }, cure: 'ask' })).toContain('R8-1');
    expect(faultText({ code: 'never-heard-of', params: {}, cure: 'ask' })).toContain('never-heard-of');
  });
});
