// Own messages on their way. They go one after the other in each room, so that nothing overtakes; every request carries
// ids of this side, so that repeating one after a lost answer doubles nothing. Words outlive a reload, as drafts do.
import type { Fault } from '@ekitei/shared';
import type { NewMessage } from '../../api/chat-types';
import { chat } from '../../api/chat';
import { ApiError, faultOf, OFFLINE } from '../../api/fault';
import { bump } from '../../api/live.svelte';
import { keep, recall } from '../../lib/kept';
import { pauseMs } from '../../lib/pause';
import { session } from '../../lib/session.svelte';
import { uuidV7 } from '../../lib/uuid';
import { isPicture } from './lib';

export interface Attachment {
  id: string;
  file: File;
  /** For the preview; revoked when it is gone. */
  url: string | undefined;
  sent: boolean;
}

export interface Going {
  room: string;
  message: NewMessage;
  replyTo: { name: string; text: string } | undefined;
  attachments: Attachment[];
  /** waiting: behind another, or without a line; failed: refused. */
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  fault: Fault | undefined;
  wroteMs: number;
}

const going = $state<Going[]>([]);
const busy = new Set<string>();

export const goingIn = (room: string): Going[] => going.filter((one) => one.room === room);
export const unsentCount = (): number => going.filter((one) => one.state !== 'sent').length;

export function attachmentOf(file: File): Attachment {
  return { id: uuidV7(), file, url: isPicture(file) ? URL.createObjectURL(file) : undefined, sent: false };
}

export function release(attachments: readonly Attachment[]): void {
  for (const one of attachments) if (one.url) URL.revokeObjectURL(one.url);
}

export type Said = Omit<NewMessage, 'id' | 'op_id' | 'photos' | 'files'>;

export function send(room: string, said: Said, attachments: Attachment[] = [], replyTo?: Going['replyTo']): void {
  const photos = attachments.filter((one) => isPicture(one.file)).length;
  const files = attachments.length - photos;
  const message: NewMessage = { ...said, id: uuidV7(), op_id: uuidV7(), photos: photos || undefined, files: files || undefined };
  going.push({ room, message, replyTo, attachments, state: 'waiting', fault: undefined, wroteMs: Date.now() });
  write();
  void pump(room);
}

const KEPT = 'chat-going';
type Words = Pick<Going, 'room' | 'message' | 'replyTo' | 'wroteMs'>;

function write(): void {
  const words = going.filter((one) => one.state !== 'sent' && one.attachments.length === 0).map(({ room, message, replyTo, wroteMs }): Words => ({ room, message, replyTo, wroteMs }));
  keep(session()?.person.id, KEPT, words);
}

/** What was on its way before this tab was loaded again goes on. */
export function recallGoing(): void {
  const all = recall(session()?.person.id, KEPT);
  if (!Array.isArray(all)) return;
  for (const one of all as Words[]) {
    if (!going.some((other) => other.message.id === one.message.id)) going.push({ ...one, attachments: [], state: 'waiting', fault: undefined });
  }
  goOn();
}

let tries = 0;
let later: ReturnType<typeof setTimeout> | undefined;

/** A hint of a line comes sooner or not at all: one request may have failed alone. */
function tryLater(): void {
  later ??= setTimeout(() => {
    later = undefined;
    goOn();
  }, pauseMs(tries, Math.random()));
  tries += 1;
}

/** Goes on with what waits for a line. */
export function goOn(): void {
  for (const room of new Set(going.filter((one) => one.state === 'waiting').map((one) => one.room))) void pump(room);
}

export function retry(one: Going): void {
  one.state = 'waiting';
  one.fault = undefined;
  void pump(one.room);
}

export function drop(one: Going): void {
  const at = going.findIndex((other) => other.message.id === one.message.id);
  if (at >= 0) going.splice(at, 1);
  write();
  release(one.attachments);
}

/** What the room shows by itself now. */
export function arrived(ids: ReadonlySet<string>): void {
  for (const one of going.filter((other) => other.state === 'sent' && ids.has(other.message.id))) drop(one);
}

async function pump(room: string): Promise<void> {
  if (busy.has(room)) return;
  busy.add(room);
  try {
    for (;;) {
      const next = going.find((one) => one.room === room && one.state === 'waiting');
      if (!next) return;
      next.state = 'sending';
      try {
        await deliver(next);
        next.state = 'sent';
        next.fault = undefined;
        tries = 0;
        write();
        bump();
      } catch (thrown) {
        next.fault = faultOf(thrown);
        // Without an answer nobody knows more.
        next.state = next.fault.code === OFFLINE ? 'waiting' : 'failed';
        if (next.state === 'waiting') return tryLater();
      }
    }
  } finally {
    busy.delete(room);
  }
}

async function deliver(one: Going): Promise<void> {
  const outcome = await chat.send(one.room, one.message);
  if (outcome.reason) throw new ApiError({ code: outcome.reason, params: {}, cure: 'ask' }, 403);
  for (const attachment of one.attachments) {
    if (attachment.sent) continue;
    await chat.attach(one.room, one.message.id, attachment.id, attachment.file);
    attachment.sent = true;
  }
}

window.addEventListener('beforeunload', (event) => {
  if (unsentCount() > 0) event.preventDefault();
});
