// Codes in a picture, read by the core: no WebView's own reader is needed.
import { core, insideTauri, pickPhotos } from '@ekitei/shared';
import { deposit } from '../camera/lib';

/** The bytes are looked at once and gone. */
export async function codesIn(picture: Blob): Promise<string[]> {
  const name = await deposit(picture, 'code.jpg', { case: null, visit: null, note: null });
  return (await core('code_read', { name })).codes;
}

/** In the shell its own dialogue hands the picture over; undefined: elsewhere, or nothing was chosen. */
export async function codesPicked(): Promise<string[] | undefined> {
  if (!insideTauri()) return undefined;
  const [name] = await pickPhotos();
  return name ? (await core('code_read', { name })).codes : undefined;
}
