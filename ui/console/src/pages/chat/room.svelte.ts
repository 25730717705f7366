// One room as it is read: pages joined in the order of the office, kept while news comes in.
import type { Fault } from '@ekitei/shared';
import type { HeldView, MessageView, RoomView } from '../../api/chat-types';
import { chat } from '../../api/chat';
import { ApiError, faultOf } from '../../api/fault';
import { readHere } from '../../lib/chat.svelte';
import { firstUnread, joined } from './lib';
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
  private readTo = 0;
  private turn = 0;

  constructor(readonly id: string) {}

  /** The newest page, or the one around a message. */
  async open(around?: string): Promise<void> {
    await this.guarded(async () => {
      const [view, page] = await Promise.all([chat.room(this.id), chat.page(this.id, around ? { around, limit: PAGE } : { limit: PAGE })]);
      this.view = view;
      this.readTo = page.read_to;
      Object.assign(this, { messages: page.messages, held: page.held, pins: page.pins, older: page.older ?? undefined, newer: page.newer ?? undefined });
      if (view.type !== 'self') this.unreadFrom = firstUnread(page.messages, page.read_to);
      this.arrive();
      this.ready = true;
    });
  }

  /** What is shown, read again. */
  async refresh(): Promise<void> {
    if (!this.ready) return this.open();
    const mine = ++this.turn;
    await this.guarded(async () => {
      const first = this.messages[0];
      const limit = Math.min(LONGEST, Math.max(PAGE, this.messages.length + 10));
      const away = this.newer !== undefined && first !== undefined;
      const [view, page] = await Promise.all([
        chat.room(this.id),
        chat.page(this.id, away ? { after: first.born_seq - 1, limit } : { limit }),
      ]);
      if (mine !== this.turn) return;
      this.view = view;
      const last = this.messages[this.messages.length - 1]?.born_seq ?? 0;
      const oldest = page.messages[0]?.born_seq ?? 0;
      // More came than one page holds: what lies between is asked for when somebody scrolls there.
      const gap = !away && page.older != null && oldest > last;
      this.messages = gap ? page.messages : joined(this.messages, page.messages);
      if (gap || this.messages[0]?.born_seq === oldest) this.older = away ? this.older : (page.older ?? undefined);
      if (away) this.newer = page.newer ?? undefined;
      Object.assign(this, { held: page.held, pins: page.pins });
      this.arrive();
    });
  }

  async loadOlder(): Promise<void> {
    const before = this.older;
    if (before === undefined) return;
    await this.guarded(async () => {
      const page = await chat.page(this.id, { before, limit: PAGE });
      this.messages = joined(page.messages, this.messages);
      this.older = page.older ?? undefined;
    });
  }

  async loadNewer(): Promise<void> {
    const after = this.newer;
    if (after === undefined) return;
    await this.guarded(async () => {
      const page = await chat.page(this.id, { after, limit: PAGE });
      this.messages = joined(this.messages, page.messages);
      this.newer = page.newer ?? undefined;
    });
  }

  /** The message is among those shown. */
  async reach(message: string): Promise<boolean> {
    if (this.messages.some((one) => one.id === message)) return true;
    await this.guarded(async () => {
      const page = await chat.page(this.id, { around: message, limit: PAGE });
      Object.assign(this, { messages: page.messages, older: page.older ?? undefined, newer: page.newer ?? undefined });
    });
    return this.messages.some((one) => one.id === message);
  }

  /** Everything that is shown was looked at. */
  async read(): Promise<void> {
    const newest = this.messages[this.messages.length - 1]?.born_seq ?? 0;
    if (newest <= this.readTo || this.newer !== undefined) return;
    const before = this.readTo;
    this.readTo = newest;
    readHere(this.id);
    try {
      await chat.read(this.id, newest);
    } catch {
      // The next look says it again.
      this.readTo = before;
    }
  }

  get unread(): number {
    return this.messages.filter((one) => !one.mine && one.born_seq > this.readTo).length;
  }

  private lost(): Promise<boolean> {
    return chat.room(this.id).then(() => false, (thrown: unknown) => thrown instanceof ApiError && thrown.status === 404);
  }

  private forget(): void {
    Object.assign(this, { view: undefined, messages: [], held: [], pins: [], older: undefined, newer: undefined, ready: false });
  }

  private arrive(): void {
    arrived(new Set([...this.messages.map((one) => one.id), ...this.held.map((one) => one.message)]));
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
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
