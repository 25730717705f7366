// A message of the core as its bubble shows it.
import { lastWords, stampMs, t, type FileView, type MessageView, type Said } from '@ekitei/shared';
import { keep } from '../../lib/keep';

export function saidOf(message: MessageView): Said {
  const { question, forward, reply, link } = message;
  return {
    own: message.own,
    name: message.by_name,
    text: message.text,
    atMs: stampMs(message.at),
    writtenMs: message.born === 0 ? undefined : stampMs(message.written_at),
    unsent: message.unsent,
    edited: message.edited,
    pinned: message.pinned,
    urgent: message.urgent,
    stamp: message.stamp,
    calls: message.mentioned,
    chosen: message.chosen,
    question: question ? { words: question.case_number ? t('chat.question-of', { number: question.case_number }) : t('chat.question') } : undefined,
    forward: forward ? { name: forward.by_name, room: forward.room_name || t('chat.self') } : undefined,
    reply: reply ? { id: reply.id, name: reply.by_name, text: lastWords(reply) } : undefined,
    link: link ? { kind: link.kind, label: link.label, away: t('chat.link-away') } : undefined,
    files: message.files.map((file) => ({ id: file.id, name: file.name, bytes: file.bytes, onkeep: here(file) ? () => void keep(file.id, true) : undefined })),
    missing: message.missing,
    reactions: message.reactions.map((one) => ({ mark: one.mark, names: one.names, mine: one.own })),
  };
}

const here = (file: FileView): boolean => file.on_phone || file.progress === 'arrived';
