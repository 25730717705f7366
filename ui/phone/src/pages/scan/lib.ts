// What a form's QR code says: which form, and for which case.
export interface FormCode {
  /** Id of the form's record. */
  form: string;
  /** Number of the case. */
  number: string;
}

/** `ekitei://form/<form id>?case=<case number>`; undefined for any other text. */
export function readFormCode(text: string): FormCode | undefined {
  const found = /^ekitei:\/\/form\/([0-9a-f-]{36})\?case=([^&#]+)$/i.exec(text.trim());
  if (!found?.[1] || !found[2]) return undefined;
  try {
    const number = decodeURIComponent(found[2].replace(/\+/g, ' ')).normalize('NFKC').trim();
    return number ? { form: found[1].toLowerCase(), number } : undefined;
  } catch {
    return undefined;
  }
}
