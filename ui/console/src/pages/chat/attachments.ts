// Pictures and files that go along with a message. From the moment they are attached they outlive a reload.
import { dropFiles, keepFile, recallFile } from '../../lib/kept-files';
import { session } from '../../lib/session.svelte';
import { uuidV7 } from '../../lib/uuid';
import { isPicture } from './lib';

export interface Attachment {
  id: string;
  /** What the office will know it by; another one after a refusal, which stands. */
  record: string;
  file: File;
  /** For the preview; revoked when it is gone. */
  url: string | undefined;
  sent: boolean;
}

export interface KeptAttachment {
  id: string;
  record: string;
  name: string;
  type: string;
  sent: boolean;
}

const of = (id: string, record: string, file: File, sent: boolean): Attachment => ({ id, record, file, url: isPicture(file) ? URL.createObjectURL(file) : undefined, sent });

export function attachmentOf(file: File): Attachment {
  const id = uuidV7();
  void keepFile(session()?.person.id, id, file);
  return of(id, id, file, false);
}

export const keptOf = ({ id, record, file, sent }: Attachment): KeptAttachment => ({ id, record, name: file.name, type: file.type, sent });

/** Those that can still be read. */
export async function attachmentsAgain(person: string | undefined, kept: readonly KeptAttachment[]): Promise<Attachment[]> {
  const found = await Promise.all(kept.map(async ({ id, record, name, type, sent }) => ({ id, record, sent, file: await recallFile(person, id, name, type) })));
  return found.flatMap(({ id, record, sent, file }) => (file ? [of(id, record, file, sent)] : []));
}

export function release(attachments: readonly Attachment[]): void {
  for (const one of attachments) if (one.url) URL.revokeObjectURL(one.url);
  void dropFiles(attachments.map((one) => one.id));
}
