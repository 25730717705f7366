// Pictures and files on their way into a message: into the inbox first, by name from then on.
import { insideTauri, native, pickPhotos, type ChatAttached } from '@ekitei/shared';
import { onPhone } from '../../lib/phone';
import { putInbox } from '../camera/lib';

const MOST_BYTES = 30 * 1024 * 1024;
const PICTURE = /\.(jpe?g|png|webp)$/i;

export const isPicture = (name: string, type = ''): boolean => /^image\/(jpeg|png|webp)$/.test(type) || PICTURE.test(name);

export async function ofBrowser(list: FileList | null | undefined): Promise<ChatAttached[]> {
  const out: ChatAttached[] = [];
  for (const file of [...(list ?? [])]) {
    // The name goes along: a file is shown by it.
    const name = await putInbox(file.name, file);
    out.push({ name, label: file.name, picture: isPicture(file.name, file.type) });
  }
  return out;
}

/** The shell's own dialogue; in a browser there is none. */
export async function ofShell(): Promise<ChatAttached[] | undefined> {
  if (!insideTauri()) return undefined;
  if (!onPhone()) return (await pickPhotos()).map((name) => ({ name, label: name, picture: true }));
  const { taken } = await native.pick(['*/*'], MOST_BYTES);
  return taken.map((file) => ({ name: file.name, label: file.name.replace(/^.*~/, ''), picture: isPicture(file.name, file.type) }));
}
