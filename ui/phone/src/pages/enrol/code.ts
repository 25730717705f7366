// The office's QR code: photographed by the phone's own camera, chosen as a picture, or from a browser's camera.
import { core, native } from '@ekitei/shared';
import { codesIn } from '../scan/codes';
import { readLink, type Link } from './lib';

/** `taken`: false when the person went back from the camera. */
export async function photographed(): Promise<{ taken: boolean; link?: Link }> {
  const { taken } = await native.capture([`capture-${crypto.randomUUID()}.jpg`]);
  const [name] = taken;
  if (!name) return { taken: false };
  return { taken: true, link: linkOf((await core('code_read', { name })).codes) };
}

export const chosen = async (picture: Blob): Promise<Link | undefined> => linkOf(await codesIn(picture));

const linkOf = (codes: readonly string[]): Link | undefined => codes.map(readLink).find((link) => link !== undefined);
