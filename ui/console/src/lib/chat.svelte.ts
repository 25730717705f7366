// The rooms of whoever is signed in, whatever screen is open: the navigation and the tab's title count from them, and
// the desktop is told of what is new when the person asked for that.
import { lastWords, t } from '@ekitei/shared';
import type { Fault } from '@ekitei/shared';
import type { RoomRow } from '../api/chat-types';
import { chat } from '../api/chat';
import { faultOf } from '../api/fault';
import { oneAfterAnother } from './coalesce';
import { go, route } from './navigation.svelte';
import { session } from './session.svelte';
import { nameOf } from '../pages/chat/lib';


let held = $state.raw<{ rooms: RoomRow[] | undefined; fault: Fault | undefined }>({ rooms: undefined, fault: undefined });

export const rooms = (): readonly RoomRow[] | undefined => held.rooms;
export const roomsFault = (): Fault | undefined => held.fault;
export const roomOf = (id: string): RoomRow | undefined => held.rooms?.find((one) => one.id === id);
export const unreadCount = (): number => (held.rooms ?? []).reduce((sum, one) => sum + one.unread, 0);

export const readRooms = oneAfterAnother(read);

async function read(): Promise<void> {
  try {
    const next = await chat.rooms();
    tell(held.rooms, next);
    held = { rooms: next, fault: undefined };
  } catch (thrown) {
    held = { rooms: held.rooms, fault: faultOf(thrown) };
  }
}

/** Read up to here, before the office has said so again. */
export function readHere(id: string): void {
  if (!held.rooms?.some((one) => one.id === id && one.unread > 0)) return;
  held = { ...held, rooms: held.rooms.map((one) => (one.id === id ? { ...one, unread: 0, mentioned: false } : one)) };
}

// What each person chose on this PC; nothing of what was said is kept here.
const key = (what: string): string => `ekitei.${what}.${session()?.person.id ?? ''}`;

export const entersSend = (): boolean => localStorage.getItem(key('enter-sends')) === 'yes';
export const setEntersSend = (on: boolean): void => localStorage.setItem(key('enter-sends'), on ? 'yes' : 'no');

// Rooms on top of the list, on this PC, as a phone has its own.
const pins = $state({ turn: 0 });

export function pinnedRooms(): string[] {
  void pins.turn;
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key('pinned-rooms')) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export function setPinnedRoom(id: string, on: boolean): void {
  const others = pinnedRooms().filter((one) => one !== id);
  localStorage.setItem(key('pinned-rooms'), JSON.stringify(on ? [...others, id] : others));
  pins.turn += 1;
}

export type Telling = 'missing' | 'blocked' | 'off' | 'on';

/** Whether the desktop is told. It is asked only by a press. */
export function telling(): Telling {
  if (!('Notification' in window)) return 'missing';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && localStorage.getItem(key('notify')) === 'yes' ? 'on' : 'off';
}

export async function setTelling(on: boolean): Promise<Telling> {
  if (on && 'Notification' in window && Notification.permission === 'default') await Notification.requestPermission();
  localStorage.setItem(key('notify'), on ? 'yes' : 'no');
  return telling();
}

/** One notice a room, the newest; it sounds again with each. TypeScript's list of options lacks `renotify`. */
const noticeOf = (tag: string, body: string): NotificationOptions & { renotify: boolean } => ({ body, tag, renotify: true });

function tell(before: readonly RoomRow[] | undefined, next: readonly RoomRow[]): void {
  if (!before || telling() !== 'on') return;
  for (const room of next) {
    const last = room.last;
    const known = before.find((one) => one.id === room.id)?.last;
    if (!last || last.id === known?.id || room.unread === 0 || last.author.id === session()?.person.id) continue;
    const looking = document.visibilityState === 'visible' && document.hasFocus() && route().page === 'chat' && route().id === room.id;
    if (looking) continue;
    const note = new Notification(t('console.chat.notify-title', { name: last.author.name, room: nameOf(room) }), noticeOf(room.id, lastWords(last)));
    note.addEventListener('click', () => {
      window.focus();
      go('chat', room.id);
      note.close();
    });
  }
}
