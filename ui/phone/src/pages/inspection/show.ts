/** A report as paragraphs; its numbered findings each on a line of their own. */
export function splitPage(text: string): string[] {
  return text
    .split(/\n+|(?=[((]\d+[))])/)
    .map((line) => line.trim())
    .filter(Boolean);
}
