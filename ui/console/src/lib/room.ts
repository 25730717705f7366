/** narrow: one column, navigation below; middle: navigation beside; wide: a column of facts too. */
export type Room = 'narrow' | 'middle' | 'wide';

const MIDDLE_PX = 900;
const WIDE_PX = 1_100;

/** By the window's width in CSS pixels and the text size in per cent. */
export function roomOf(widthPx: number, textPercent: number): Room {
  const letters = widthPx / (textPercent / 100);
  return letters >= WIDE_PX ? 'wide' : letters >= MIDDLE_PX ? 'middle' : 'narrow';
}
