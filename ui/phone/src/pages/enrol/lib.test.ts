import { describe, expect, it } from 'vitest';
import { faults, faultsAgain, pinFault, readLink, tidyCode, tidyServer } from './lib';

describe('enrolment form', () => {
  it('reads a code as it was read aloud', () => expect(tidyCode(' １２３ー４５６ ')).toBe('123-456'));
  it('completes the address', () => {
    expect(tidyServer('ekitei.example.jp/')).toBe('https://ekitei.example.jp');
    expect(tidyServer('127.0.0.1:8080')).toBe('http://127.0.0.1:8080');
    expect(tidyServer('https://a.example.jp')).toBe('https://a.example.jp');
  });
  it('reads the link of the QR code', () => {
    expect(readLink(' ekitei://enrol?server=https%3A%2F%2Foffice.example%3A8443&code=ABCDE-FGHJK\n')).toEqual({
      server: 'https://office.example:8443',
      code: 'ABCDE-FGHJK',
    });
    expect(readLink('ekitei://enrol?server=https%3A%2F%2Foffice.example%3A8443&code=ABCDE-FGHJK&ca=sha256%2Fa%2Bb%3D')?.ca).toBe('sha256/a+b=');
    expect(readLink('ekitei://enrol?code=A')).toBeUndefined();
    expect(readLink('https://office.example')).toBeUndefined();
  });
  it.each(['12345', 'kita7', 'kitaka7', '111111', '123456', '987654'])('refuses the PIN %s', (pin) => expect(pinFault(pin)).toBeDefined());
  it.each(['135790', '204918', 'kitakaze', 'きたかぜのむこう'])('takes the PIN %s', (pin) => expect(pinFault(pin)).toBeUndefined());
  it('names every fault at its field', () => {
    expect(faults({ server: '', code: ' ', pin: '1', again: '' })).toEqual({
      server: 'enrol.server-missing',
      code: 'enrol.code-missing',
      pin: 'pin.too-short',
    });
    expect(faults({ server: 's', code: '1', pin: '135790', again: '135791' })).toEqual({ again: 'pin.differs' });
    expect(faults({ server: 's', code: '1', pin: '135790', again: '135790' })).toEqual({});
    expect(faultsAgain({ server: 's', code: '' })).toEqual({ code: 'enrol.code-missing' });
    expect(faultsAgain({ server: 's', code: '1' })).toEqual({});
  });
});
