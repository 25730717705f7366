// What both chats show of a room. Pure.
import { t } from '../i18n/i18n.svelte';
import type { IconName } from '../widgets/icons';
import { markWord } from './marks';

export function roomIcon(type: string): IconName {
  if (type === 'self') return 'memo';
  if (type === 'direct') return 'person';
  if (type === 'disaster') return 'urgent';
  return type === 'group' ? 'people' : 'office';
}

interface Last {
  text: string;
  unsent: boolean;
  stamp?: string | null;
  photos: number;
  files: number;
  /** Of its first file, where it is known. */
  file_name?: string | null;
}

/** What was said last, or is quoted or pinned, on one line, without who. */
export function lastWords(last: Last): string {
  if (last.unsent) return t('chat.unsent');
  if (last.stamp) return markWord(last.stamp);
  if (last.text) return last.text.replaceAll('\n', ' ');
  if (last.photos > 0) return t('chat.last.photos', { n: last.photos });
  if (last.files === 1 && last.file_name) return last.file_name;
  return last.files > 0 ? t('chat.last.files', { n: last.files }) : '';
}
