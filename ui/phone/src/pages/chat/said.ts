// A message of the core as its bubble shows it.
import { mediaUrl, stampMs, t, type FileView, type MessageView, type Said } from '@ekitei/shared';

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
    chosen: message.chosen,
    question: question ? { words: question.case_number ? t('chat.question-of', { number: question.case_number }) : t('chat.question') } : undefined,
    forward: forward ? { name: forward.by_name, room: forward.room_name || t('chat.self') } : undefined,
    reply: reply ? { id: reply.id, name: reply.by_name, text: reply.text || (reply.photos > 0 ? t('chat.quote-photos', { n: reply.photos }) : '') } : undefined,
    link: link ? { kind: link.kind, label: link.label, away: t('chat.link-away') } : undefined,
    files: message.files.map((file) => ({ id: file.id, name: file.name, bytes: file.bytes, href: hrefOf(file) })),
    missing: message.missing,
    reactions: message.reactions.map((one) => ({ mark: one.mark, names: one.names, mine: one.own })),
  };
}

const hrefOf = (file: FileView): string | undefined => (file.on_phone || file.progress === 'arrived' ? mediaUrl(file.id, 'original') : undefined);
