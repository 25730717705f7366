// Names stay as written (髙, 﨑); only digits, phone numbers and post codes are put into half width, and only on blur.

/** 090−１２３４‐５６７８ → 090-1234-5678; text that is no phone number comes back unchanged. */
export function normalisePhone(written: string): string {
  const text = written
    .normalize('NFKC')
    .replace(/[‐‑‒–—―−ー]/g, '-')
    .trim();
  return /^[+\d][\d\s()-]*$/.test(text) ? text.replace(/\s+/g, ' ') : written;
}

/** ０１２ → 012 inside any text, everything else untouched. */
export function normaliseDigits(written: string): string {
  return written.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
}

/** 〒０６０ー８５８８ → 060-8588; undefined when it is no post code. */
export function normalisePostcode(written: string): string | undefined {
  const found = /^〒?\s*(\d{3})-?(\d{4})$/.exec(written.normalize('NFKC').replace(/[‐‑‒–—―−ー]/g, '-').trim());
  return found ? `${found[1]}-${found[2]}` : undefined;
}
