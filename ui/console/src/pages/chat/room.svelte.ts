// One room as it is read: pages joined in the order of the office, kept while news comes in. One reading after the other:
// a page that was asked for before somebody went elsewhere would lead back. Only what was on the screen counts as read.
import type { Fault } from '@ekitei/shared';
import type { HeldView, MessagePage, MessageView, RoomView } from '../../api/chat-types';
import { chat } from '../../api/chat';
import { ApiError, faultOf } from '../../api/fault';
import { readHere } from '../../lib/chat.svelte';
import { firstUnread, joined, joinsMark, unreadBelow } from './lib';
import { arrived } from './outbox.svelte';

const PAGE = 50;
const LONGEST = 200;

export class OpenRoom {
  view = $state.raw<RoomView>();
  messages = $state.raw<MessageView[]>([]);
  held = $state.raw<HeldView[]>([]);
  pins = $state.raw<string[]>([]);
  /** There are more before; and after, when the page is not the newest. */
  older = $state<number>();
  newer = $state<number>();
  /** 「ここから未読」 stays where it was when the room was opened. */
  unreadFrom = $state<string>();
  fault = $state.raw<Fault>();
  ready = $state(false);
  private readTo = $state(0);
  /** The newest that was on the screen. */
  private seenTo = $state(0);
  private readings: Promise<void> = Promise.resolve();
  private opening: Promise<void> | undefined;

  constructor(readonly id: string) {}

  /** Where the person stopped reading, or the page around a message. News may come before it is open. */
  open(around?: string): Promise<void> {
    this.opening ??= this.begin(around).finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async begin(around?: string): Promise<void> {
    await this.guarded(async () => {
      const [view, newest] = await Promise.all([chat.room(this.id), chat.page(this.id, around ? { around, limit: PAGE } : { limit: PAGE })]);
      const far = !around && view.unread > 0 && !joinsMark(newest.messages, newest.older ?? undefined, newest.read_to);
      this.view = view;
      this.show(far ? await chat.page(this.id, { around: newest.read_to, limit: PAGE }) : newest);
      if (view.type !== 'self') this.unreadFrom = firstUnread(this.messages, this.readTo);
      this.ready = true;
    });
  }

  /** The newest page, whatever lies between. */
  async toNewest(): Promise<void> {
    await this.guarded(async () => this.show(await chat.page(this.id, { limit: PAGE })));
  }

  /** Back to where the person stopped reading. */
  async toUnread(): Promise<void> {
    await this.guarded(async () => {
      this.show(await chat.page(this.id, { around: this.readTo, limit: PAGE }));
      this.unreadFrom = firstUnread(this.messages, this.readTo);
    });
  }

  /** What is shown, read again. */
  async refresh(): Promise<void> {
    if (!this.ready) return this.open();
    await this.guarded(async () => {
      const first = this.messages[0];
      const limit = Math.min(LONGEST, Math.max(PAGE, this.messages.length + 10));
      const away = this.newer !== undefined && first !== undefined;
      const [view, page] = await Promise.all([
        chat.room(this.id),
        chat.page(this.id, away ? { after: first.born_seq - 1, limit } : { limit }),
      ]);
      this.view = view;
      const last = this.messages[this.messages.length - 1]?.born_seq ?? 0;
      const oldest = page.messages[0]?.born_seq ?? 0;
      // More came than one page holds: what lies between is asked for when somebody scrolls there.
      const gap = !away && page.older != null && oldest > last;
      this.messages = gap ? page.messages : joined(this.messages, page.messages);
      if (gap || this.messages[0]?.born_seq === oldest) this.older = away ? this.older : (page.older ?? undefined);
      if (away) this.newer = page.newer ?? undefined;
      this.settle(page);
    });
  }

  async loadOlder(): Promise<void> {
    await this.guarded(async () => {
      const before = this.older;
      if (before === undefined) return;
      const page = await chat.page(this.id, { before, limit: PAGE });
      this.messages = joined(page.messages, this.messages);
      this.older = page.older ?? undefined;
    });
  }

  async loadNewer(): Promise<void> {
    await this.guarded(async () => {
      const after = this.newer;
      if (after === undefined) return;
      const page = await chat.page(this.id, { after, limit: PAGE });
      this.messages = joined(this.messages, page.messages);
      this.newer = page.newer ?? undefined;
    });
  }

  /** The message is among those shown. */
  async reach(message: string): Promise<boolean> {
    if (this.messages.some((one) => one.id === message)) return true;
    await this.guarded(async () => this.show(await chat.page(this.id, { around: message, limit: PAGE })));
    return this.messages.some((one) => one.id === message);
  }

  /** This one and those above it were on the screen. */
  async saw(message: string): Promise<void> {
    const born = this.messages.find((one) => one.id === message)?.born_seq ?? 0;
    this.seenTo = Math.max(this.seenTo, born);
    // What lies between the mark and the first that is here, nobody has seen.
    if (!this.gap) await this.read(this.seenTo);
  }

  /** Everything, as the person says. */
  async readAll(): Promise<void> {
    await this.read(this.messages[this.messages.length - 1]?.born_seq ?? 0);
  }

  /** Between the read mark and what is shown there is more that others wrote. */
  get gap(): boolean {
    return this.ready && (this.view?.unread ?? 0) > 0 && !joinsMark(this.messages, this.older, this.readTo);
  }

  /** Others' messages below those that were seen, also such as have not been fetched. */
  get unread(): number {
    return this.view ? unreadBelow(this.view, this.messages, this.seenTo) : 0;
  }

  private async read(to: number): Promise<void> {
    if (to <= this.readTo) return;
    const before = this.readTo;
    this.readTo = to;
    if (this.newer === undefined && to >= (this.messages[this.messages.length - 1]?.born_seq ?? 0)) readHere(this.id);
    try {
      await chat.read(this.id, to);
    } catch {
      // The next look says it again.
      this.readTo = before;
    }
  }

  /** Another part of the room: what was seen of the former says nothing about what lies between. */
  private show(page: MessagePage): void {
    this.seenTo = 0;
    Object.assign(this, { messages: page.messages, older: page.older ?? undefined, newer: page.newer ?? undefined });
    this.settle(page);
  }

  private settle({ held, pins, read_to }: Pick<MessagePage, 'held' | 'pins' | 'read_to'>): void {
    Object.assign(this, { held, pins, readTo: Math.max(this.readTo, read_to) });
    arrived(this.messages, this.held.map((one) => one.message));
  }

  private lost(): Promise<boolean> {
    return chat.room(this.id).then(() => false, (thrown: unknown) => thrown instanceof ApiError && thrown.status === 404);
  }

  private forget(): void {
    Object.assign(this, { view: undefined, messages: [], held: [], pins: [], older: undefined, newer: undefined, ready: false });
  }

  private guarded(work: () => Promise<void>): Promise<void> {
    this.readings = this.readings.then(() => this.attempt(work));
    return this.readings;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.fault = undefined;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      // Who was taken out of the room does not go on reading what is on the screen.
      if (thrown instanceof ApiError && thrown.status === 404 && (await this.lost())) this.forget();
    }
  }
}
