// Pictures and files on their way into a message: into the inbox first, by name from then on.
import { faultOf, insideTauri, native, pickPhotos, type ChatAttached, type Fault } from '@ekitei/shared';
import { onPhone, refusal } from '../../lib/phone';
import { putInbox } from '../camera/lib';

const MOST_BYTES = 30 * 1024 * 1024;
const PICTURE = /\.(jpe?g|png|webp)$/i;

export const isPicture = (name: string, type = ''): boolean => /^image\/(jpeg|png|webp)$/.test(type) || PICTURE.test(name);

/** What was taken, and why something was not. */
export interface Picked {
  taken: ChatAttached[];
  fault?: Fault | undefined;
}

export async function ofBrowser(list: FileList | null | undefined): Promise<Picked> {
  const out: Picked = { taken: [] };
  for (const file of [...(list ?? [])]) {
    try {
      // The name goes along: a file is shown by it.
      const name = await putInbox(file.name, file);
      out.taken.push({ name, label: file.name, picture: isPicture(file.name, file.type) });
    } catch (thrown) {
      // The others are wanted all the same.
      out.fault ??= faultOf(thrown);
    }
  }
  return out;
}

/** The shell's own dialogue; in a browser there is none. */
export async function ofShell(): Promise<Picked | undefined> {
  if (!insideTauri()) return undefined;
  if (!onPhone()) return { taken: (await pickPhotos()).map((name) => ({ name, label: name, picture: true })) };
  const { taken, refused } = await native.pick(['*/*'], MOST_BYTES);
  return {
    taken: taken.map((file) => ({ name: file.name, label: file.name.replace(/^.*~/, ''), picture: isPicture(file.name, file.type) })),
    fault: refusal(refused),
  };
}
