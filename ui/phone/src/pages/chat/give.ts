// Into a room: a message that is forwarded, a photo of a case (with 教えて or simply so), a link to a case.
import { core, t, toast, wordsWith, type RecordId } from '@ekitei/shared';
import type { Route } from '../../lib/router';
import { linkIn } from './link';

type Query = Route['query'];

/** Whether an address asks to give something. */
export const gives = (query: Query): boolean => query.forward !== undefined || query.photo !== undefined || linkIn(query) !== undefined;

/** A photo goes as a question unless it is wanted plain. */
export const asks = (query: Query): boolean => query.photo !== undefined && query.plain === undefined;

export async function give(room: RecordId, query: Query, text: string): Promise<void> {
  const link = linkIn(query);
  if (query.photo) await core('chat_ask', { room, photos: [query.photo], text, question: asks(query) });
  else if (link) await core('chat_send', { room, text: wordsWith(text, link), link });
  else await core('chat_forward', { id: query.forward ?? '', room });
  toast(asks(query) ? t('chat.asked') : query.photo || link ? t('chat.sent-link') : t('chat.forwarded-done'));
}
