// A message of the office as its bubble shows it.
import { stampMs, t, type Said } from '@ekitei/shared';
import { fileUrl } from '../../api/chat';
import type { MessageView } from '../../api/chat-types';
import { hrefOf } from '../../lib/router';
import { missing } from './lib';

export function saidOf(message: MessageView): Said {
  const { question, forward, reply, link } = message;
  return {
    own: message.mine,
    name: message.author.name,
    text: message.text,
    atMs: message.received_ms,
    writtenMs: stampMs(message.written_at),
    unsent: message.unsent,
    edited: message.edited,
    pinned: message.pinned,
    urgent: message.urgent,
    stamp: message.stamp,
    calls: message.mentions_me,
    question: question ? { words: t('chat.question'), href: hrefOf('case', question.case), answered: question.answered ? t('console.chat.answered') : undefined } : undefined,
    forward: forward ? { name: forward.from.name, room: forward.room_name || t('chat.self') } : undefined,
    reply: reply ? { id: reply.id, name: reply.author.name, text: reply.unsent ? t('chat.unsent') : reply.text } : undefined,
    link: link ? { kind: link.kind, label: link.label, away: t('console.chat.link-away') } : undefined,
    files: message.files.map((file) => ({ id: file.id, name: file.name, bytes: file.bytes, href: file.here ? fileUrl(file.id) : undefined })),
    missing: missing(message),
    reactions: message.reactions.map((one) => ({ mark: one.mark, names: one.people.map((person) => person.name), mine: one.mine })),
  };
}
