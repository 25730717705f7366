// How much room the window has, counted in letters: large text needs the layout of a smaller window.
// <html data-room> says it to the styles.
import { display } from '@ekitei/shared';
import { roomOf, type Room } from './room';

const current = $state({ width: window.innerWidth });
window.addEventListener('resize', () => (current.width = window.innerWidth));

const room = (): Room => roomOf(current.width, Number(display().textSize));

/** Room for the navigation beside and for tables. */
export const isWide = (): boolean => room() !== 'narrow';

/** Called once; the styles follow from then on. */
export function startRoom(): () => void {
  return $effect.root(() => {
    $effect(() => {
      document.documentElement.dataset.room = room();
    });
  });
}
