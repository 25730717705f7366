import type { PlainKey } from '@ekitei/shared';

/** As the core asks: digits alone, or anything else. */
const LEAST_DIGITS = 6;
const LEAST_LETTERS = 8;

/** A phone that was enrolled before asks with these alone. */
export interface AgainForm {
  server: string;
  code: string;
}

export interface EnrolForm extends AgainForm {
  pin: string;
  again: string;
}

/** Full width, spaces and every kind of dash in a code that was read aloud are taken as meant. */
export function tidyCode(written: string): string {
  return written.normalize('NFKC').replace(/[‐‑–—―−ー]/g, '-').replace(/\s/g, '');
}

/** What an office's QR code says. */
export interface Link {
  server: string;
  code: string;
  /** Pin of the office's certificate authority (`sha256/…`); absent: there is none. */
  ca?: string;
}

/** `ekitei://enrol?server=…&code=…&ca=…`: pasted into any field, it fills all. */
export function readLink(written: string): Link | undefined {
  const found = /^ekitei:\/\/enrol\?(.*)$/.exec(written.trim());
  if (!found) return undefined;
  const query = new URLSearchParams(found[1]);
  const server = query.get('server');
  const code = query.get('code');
  const ca = query.get('ca');
  return server && code ? { server, code, ...(ca ? { ca } : {}) } : undefined;
}

/** `ekitei.example.jp` → `https://ekitei.example.jp`; plain http stays possible only for this machine itself. */
export function tidyServer(written: string): string {
  const text = written.normalize('NFKC').trim().replace(/\/+$/, '');
  if (text === '' || /^https?:\/\//.test(text)) return text;
  return /^(localhost|127\.0\.0\.1)(:|$)/.test(text) ? `http://${text}` : `https://${text}`;
}

/** The PIN opens a whole case file: simple runs and repeats are refused here, before a person gets used to them. */
export function pinFault(pin: string): PlainKey | undefined {
  if ([...pin].length < (/^\d*$/.test(pin) ? LEAST_DIGITS : LEAST_LETTERS)) return 'pin.too-short';
  if (/^(.)\1*$/.test(pin)) return 'pin.too-simple';
  const codes = [...pin].map((letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  if (steps.every((step) => step === 1) || steps.every((step) => step === -1)) return 'pin.too-simple';
  return undefined;
}

export function faultsAgain(form: AgainForm): Partial<Record<keyof AgainForm, PlainKey>> {
  const found: Partial<Record<keyof AgainForm, PlainKey>> = {};
  if (form.server.trim() === '') found.server = 'enrol.server-missing';
  if (tidyCode(form.code) === '') found.code = 'enrol.code-missing';
  return found;
}

export function faults(form: EnrolForm): Partial<Record<keyof EnrolForm, PlainKey>> {
  const found: Partial<Record<keyof EnrolForm, PlainKey>> = faultsAgain(form);
  const pin = pinFault(form.pin);
  if (pin) found.pin = pin;
  else if (form.pin !== form.again) found.again = 'pin.differs';
  return found;
}
