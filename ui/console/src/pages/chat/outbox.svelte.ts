// Own messages on their way. They go one after the other in each room, so that nothing overtakes: what may pass later is
// waited for, what was refused steps aside until its writer decides. Every request carries ids of this side, so that
// repeating one after a lost answer doubles nothing. Words and files outlive a reload, as drafts do.
import type { Fault } from '@ekitei/shared';
import type { MessageView, NewMessage, Outcome } from '../../api/chat-types';
import { chat } from '../../api/chat';
import { ApiError, faultOf, passes } from '../../api/fault';
import { bump } from '../../api/live.svelte';
import { keep, recall } from '../../lib/kept';
import { pauseMs } from '../../lib/pause';
import { session } from '../../lib/session.svelte';
import { uuidV7 } from '../../lib/uuid';
import { attachmentsAgain, keptOf, release, type Attachment, type KeptAttachment } from './attachments';
import { isPicture } from './lib';

/** Who was called by which word in the text. */
export type Named = readonly (readonly [string, string])[];

export interface Going {
  room: string;
  message: NewMessage;
  replyTo: { name: string; text: string } | undefined;
  named: Named;
  attachments: Attachment[];
  /** waiting: behind another, or without a line; failed: refused. */
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  fault: Fault | undefined;
  wroteMs: number;
  /** The office may have it: its answer was lost. What changes from now on follows as its own operation. */
  unsure: boolean;
  /** The office has the words; what is attached follows. */
  accepted: boolean;
  /** What it is to say after all. */
  correction: { op_id: string; text: string; mentions: string[] } | undefined;
  /** Its writer gives it up. */
  leaving: boolean;
  /** Its files are being read again after a reload. */
  reading: boolean;
}

const going = $state<Going[]>([]);
const busy = new Set<string>();

export const goingIn = (room: string): Going[] => going.filter((one) => one.room === room);
export const unsentCount = (): number => going.filter((one) => one.state !== 'sent').length;
export const textOf = (one: Going): string => one.correction?.text ?? one.message.text;

export type Said = Omit<NewMessage, 'id' | 'op_id' | 'photos' | 'files'>;

const fresh = { state: 'waiting', fault: undefined, unsure: false, accepted: false, correction: undefined, leaving: false, reading: false } as const;

export function send(room: string, said: Said, attachments: Attachment[] = [], replyTo?: Going['replyTo'], named: Named = []): void {
  going.push({ ...fresh, room, message: { ...said, id: uuidV7(), op_id: uuidV7() }, replyTo, named, attachments, wroteMs: Date.now() });
  write();
  void pump(room);
}

const KEPT = 'chat-going';
type Kept = Pick<Going, 'room' | 'message' | 'replyTo' | 'named' | 'wroteMs' | 'unsure' | 'accepted' | 'correction' | 'leaving'> & { attachments: KeptAttachment[] };

function write(): void {
  const all = going.filter((one) => one.state !== 'sent').map(({ room, message, replyTo, named, wroteMs, unsure, accepted, correction, leaving, attachments }): Kept =>
    ({ room, message, replyTo, named, wroteMs, unsure, accepted, correction, leaving, attachments: attachments.map(keptOf) }));
  keep(session()?.person.id, KEPT, all);
}

/** What was on its way before this tab was loaded again goes on. */
export function recallGoing(): void {
  const person = session()?.person.id;
  const all = recall(person, KEPT);
  if (!Array.isArray(all)) return;
  for (const { attachments, ...one } of all as Kept[]) {
    if (going.some((other) => other.message.id === one.message.id)) continue;
    going.push({ ...fresh, ...one, attachments: [], reading: attachments.length > 0 });
    const there = going[going.length - 1];
    if (there?.reading) void attachmentsAgain(person, attachments).then((found) => readAgain(there, found, attachments.length));
  }
  goOn();
}

function readAgain(one: Going, found: Attachment[], wanted: number): void {
  one.attachments = found;
  one.reading = false;
  if (found.length < wanted) {
    one.state = 'failed';
    one.fault = { code: 'attachment-lost', params: {}, cure: 'ask' };
  }
  void pump(one.room);
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

/** Put right before it went, or right after it; what went while it was being put right, at the office. */
export async function correct(one: Going, text: string, mentions: string[]): Promise<Outcome | undefined> {
  const here = going.some((other) => other.message.id === one.message.id);
  if (!here) return chat.change(one.message.id, { text, mentions: mentions.length > 0 ? mentions : null });
  if (one.unsure || one.accepted) one.correction = { op_id: uuidV7(), text, mentions };
  else one.message = { ...one.message, text, mentions: mentions.length > 0 ? mentions : undefined };
  write();
  retry(one);
  return undefined;
}

/** 削除: what nobody has is gone; what the office has, or may have, is taken back as far as it did not arrive whole. */
export function giveUp(one: Going): void {
  if (!one.unsure && !one.accepted) return drop(one);
  one.leaving = true;
  write();
  retry(one);
}

function drop(one: Going): void {
  const at = going.findIndex((other) => other.message.id === one.message.id);
  if (at >= 0) going.splice(at, 1);
  write();
  release(one.attachments);
}

/** What the room shows by itself now; what was taken back there is not gone on with. */
export function arrived(messages: readonly Pick<MessageView, 'id' | 'unsent'>[], held: readonly string[]): void {
  const shown = new Set([...messages.map((one) => one.id), ...held]);
  const gone = new Set(messages.filter((one) => one.unsent).map((one) => one.id));
  for (const one of going.filter((other) => gone.has(other.message.id) || (other.state === 'sent' && shown.has(other.message.id)))) drop(one);
}

async function pump(room: string): Promise<void> {
  if (busy.has(room)) return;
  busy.add(room);
  try {
    for (;;) {
      const next = going.find((one) => one.room === room && one.state === 'waiting');
      if (!next || next.reading) return;
      next.state = 'sending';
      const { leaving } = next;
      try {
        await deliver(next);
        // It was put right or given up on its way.
        next.state = next.correction || next.leaving !== leaving ? 'waiting' : 'sent';
        next.fault = undefined;
        tries = 0;
        write();
        bump();
      } catch (thrown) {
        next.fault = faultOf(thrown);
        next.state = passes(next.fault) ? 'waiting' : 'failed';
        if (next.state === 'waiting') return tryLater();
        refused(next);
        bump();
      }
    }
  } finally {
    busy.delete(room);
  }
}

/** The office has answered: what is sent again is another operation. */
function refused(one: Going): void {
  if (!one.accepted) {
    one.message = { ...one.message, op_id: uuidV7() };
    one.unsure = false;
  } else if (one.correction) one.correction = { ...one.correction, op_id: uuidV7() };
  else for (const attachment of one.attachments) if (!attachment.sent) attachment.record = uuidV7();
  write();
}

function must(outcome: Outcome): Outcome {
  if (outcome.reason) throw new ApiError({ code: outcome.reason, params: {}, cure: 'ask' }, 403);
  return outcome;
}

/** Pictures and files that its receivers are to wait for. */
function countsOf(attachments: readonly Attachment[]): { photos: number | undefined; files: number | undefined } {
  const photos = attachments.filter((one) => isPicture(one.file)).length;
  return { photos: photos || undefined, files: attachments.length - photos || undefined };
}

async function deliver(one: Going): Promise<void> {
  if (one.leaving && (await takenBack(one))) return;
  if (!one.accepted) {
    if (!one.unsure) one.message = { ...one.message, ...countsOf(one.attachments) };
    one.unsure = true;
    write();
    const { result } = must(await chat.send(one.room, one.message));
    // It was deleted somewhere else meanwhile: nothing follows.
    if (result === 'gone' || result === 'voided') return drop(one);
    Object.assign(one, { accepted: true, unsure: false });
    write();
    bump();
  }
  if (one.correction) {
    const { text, mentions, op_id } = one.correction;
    must(await chat.change(one.message.id, { text, mentions: mentions.length > 0 ? mentions : null }, op_id));
    // Put right once more meanwhile: the newer words are still to go.
    if (one.correction.op_id === op_id) one.correction = undefined;
    else return;
  }
  for (const attachment of one.leaving ? [] : one.attachments) {
    if (attachment.sent) continue;
    await chat.attach(one.room, one.message.id, attachment.record, attachment.file);
    attachment.sent = true;
    write();
  }
  const { photos, files } = countsOf(one.attachments.filter((other) => other.sent));
  if (photos === one.message.photos && files === one.message.files) return;
  // What does not come is not waited for; pictures that were shared with it are there.
  const shared = one.message.shared?.length ?? 0;
  must(await chat.change(one.message.id, { photos: (photos ?? 0) + shared || null, files: files ?? null }));
}

/** Whether there is nothing left of it: its words are not at the office, or it had none and nothing of it arrived. */
async function takenBack(one: Going): Promise<boolean> {
  const { text, stamp, link, forward, shared } = one.message;
  const says = text.trim() !== '' || stamp || link || forward || shared?.length || one.attachments.some((other) => other.sent);
  if (one.accepted && says) return false;
  try {
    must(await chat.unsend(one.message.id));
  } catch (thrown) {
    // It never got there.
    if (!(thrown instanceof ApiError && thrown.status === 404)) throw thrown;
  }
  drop(one);
  return true;
}

window.addEventListener('beforeunload', (event) => {
  if (unsentCount() > 0) event.preventDefault();
});
