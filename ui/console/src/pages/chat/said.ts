// A message of the office as its bubble shows it.
import { lastWords, stampMs, t, type Said } from '@ekitei/shared';
import { fileUrl } from '../../api/chat';
import type { HeldView, MessageView } from '../../api/chat-types';
import { hrefOf } from '../../lib/router';
import { missing } from './lib';
import { textOf, type Going } from './outbox.svelte';

type Shared = Pick<MessageView, 'text' | 'stamp' | 'urgent' | 'question' | 'forward' | 'reply' | 'link' | 'files' | 'photos' | 'photos_expected' | 'files_expected'>;

/** What a message says before and after it has its place in the room. */
function wordsOf(message: Shared): Pick<Said, 'text' | 'urgent' | 'stamp' | 'question' | 'forward' | 'reply' | 'link' | 'files' | 'missing'> {
  const { question, forward, reply, link } = message;
  return {
    text: message.text,
    urgent: message.urgent,
    stamp: message.stamp,
    question: question ? { words: t('chat.question'), href: hrefOf('case', question.case), answered: question.answered ? t('console.chat.answered') : undefined } : undefined,
    forward: forward ? { name: forward.from.name, room: forward.room_name || t('chat.self') } : undefined,
    reply: reply ? { id: reply.id, name: reply.author.name, text: lastWords(reply) } : undefined,
    link: link ? { kind: link.kind, label: link.label, away: t('console.chat.link-away') } : undefined,
    files: message.files.map((file) => ({ id: file.id, name: file.name, bytes: file.bytes, href: file.here ? fileUrl(file.id) : undefined })),
    missing: missing(message),
  };
}

export function saidOf(message: MessageView): Said {
  return {
    ...wordsOf(message),
    own: message.mine,
    name: message.author.name,
    atMs: message.received_ms,
    writtenMs: stampMs(message.written_at),
    unsent: message.unsent,
    edited: message.edited,
    pinned: message.pinned,
    calls: message.mentions_me,
    reactions: message.reactions.map((one) => ({ mark: one.mark, names: one.people.map((person) => person.name), mine: one.mine })),
  };
}

/** One that waits for working hours. */
export const saidOfHeld = (held: HeldView): Said => ({ ...wordsOf(held), own: true, name: '' });

/** One that the office does not have yet. */
export function saidOfGoing(one: Going): Said {
  const { stamp, urgent, link } = one.message;
  return {
    own: true,
    name: '',
    text: textOf(one),
    stamp,
    urgent,
    reply: one.replyTo,
    link: link ? { kind: link.kind, label: link.label, away: t('console.chat.link-away') } : undefined,
  };
}
