import { describe, expect, test } from 'vitest';
import { readFormCode } from './lib';

const FORM = '0190a000-0000-7000-8000-000000000001';

describe('the code of a form', () => {
  test('names form and case, written plainly or percent-encoded', () => {
    expect(readFormCode(`ekitei://form/${FORM}?case=砂-0412`)).toEqual({ form: FORM, number: '砂-0412' });
    expect(readFormCode(`ekitei://form/${FORM.toUpperCase()}?case=${encodeURIComponent('砂-0412')} `)).toEqual({ form: FORM, number: '砂-0412' });
  });

  test('anything else is none', () => {
    for (const text of ['', 'https://example.com', `ekitei://form/${FORM}`, `ekitei://form/${FORM}?case=`, `ekitei://form/x?case=1`, `ekitei://form/${FORM}?case=%E3%`, `ekitei://enrol/${FORM}?case=1`]) {
      expect(readFormCode(text), text).toBeUndefined();
    }
  });
});
