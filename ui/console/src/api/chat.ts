// Rooms, messages, calls, times of a section: one function a use.
import { getFile, request, sendFile } from './client';
import type {
  AnswersView, CallView, Days, ExportRow, MessageHit, MessagePage, MessageView, NewMessage, Outcome, ReadersView, RoomPerson, RoomRow, RoomView, TimesView, UrgentRow,
} from './chat-types';
import { uuidV7 } from '../lib/uuid';
import type { Ids } from './making';

const part = encodeURIComponent;

function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text && `?${text}`;
}

const room = (id: string, more = ''): string => `/rooms/${part(id)}${more}`;
const message = (id: string, more = ''): string => `/messages/${part(id)}${more}`;
const post = <T>(path: string, body: unknown): Promise<T> => request<T>('POST', path, { body });
const once = (): { op_id: string } => ({ op_id: uuidV7() });

export interface Place {
  before?: number;
  after?: number;
  around?: string | number;
  limit?: number;
}

export interface Asked {
  q: string;
  room?: string;
  from_staff?: string;
  from?: string;
  to?: string;
  photos?: string;
}

export interface NewRoom {
  type: string;
  name: string;
  colour: string;
  sections: string[];
  history: string;
  members: string[];
}

export const chat = {
  rooms: () => request<RoomRow[]>('GET', '/rooms'),
  room: (id: string) => request<RoomView>('GET', room(id)),
  /** Of a large room's people its view has only the first. */
  peopleOf: (id: string, q: string) => request<RoomPerson[]>('GET', room(id, `/people${query({ q })}`)),
  makeRoom: (fresh: NewRoom & Ids) => post<{ room: string }>('/rooms', fresh),
  direct: (staff: string) => post<{ room: string }>('/rooms/direct', { staff }),
  editRoom: (id: string, base: Record<string, string>, fields: Record<string, unknown>) =>
    request<Outcome>('PATCH', room(id), { body: { base, fields, ...once() } }),
  member: (id: string, staff: string, change: { role?: string; state?: string }) => post<Outcome>(room(id, '/members'), { staff, ...change, ...once() }),
  page: (id: string, place: Place) => request<MessagePage>('GET', room(id, `/messages${query({ ...place })}`)),
  message: (id: string) => request<MessageView>('GET', message(id)),
  send: (id: string, said: NewMessage) => post<Outcome>(room(id, '/messages'), said),
  attach: (id: string, to: string, attachment: string, file: File) =>
    sendFile<{ id: string }>(room(id, `/messages/${part(to)}/attachments${query({ id: attachment, name: file.name, type: file.type })}`), file),
  edit: (of: MessageView, text: string, mentions: string[]) =>
    request<Outcome>('PATCH', message(of.id), { body: { base: pick(of.revs, ['text', 'mentions']), fields: { text, mentions: mentions.length > 0 ? mentions : null }, ...once() } }),
  /** Of an own message that this side wrote: nothing of it can have been changed elsewhere. */
  change: (id: string, fields: Record<string, unknown>, op_id = uuidV7()) => request<Outcome>('PATCH', message(id), { body: { base: {}, fields, op_id } }),
  unsend: (id: string) => post<Outcome>(message(id, '/unsend'), once()),
  again: (id: string, said: { text?: string; mentions?: string[] } = {}) => post<Outcome>(message(id, '/again'), { ...said, ...once() }),
  react: (id: string, mark: string, off: boolean) => post<Outcome>(message(id, '/reactions'), { mark, off, ...once() }),
  pin: (id: string, off: boolean) => post<Outcome>(message(id, '/pin'), { off, ...once() }),
  answerIs: (question: string, answer: string) => post<Outcome>(message(question, '/answer'), { answer, ...once() }),
  readers: (id: string) => request<ReadersView>('GET', message(id, '/readers')),
  renotify: ({ of, text, op_id }: { of: string; text: string } & Ids) => post<Outcome>(message(of, '/renotify'), { text, op_id }),
  read: (id: string, to: number) => post<Outcome>(room(id, '/read'), { to, ...once() }),
  search: (asked: Asked) => request<MessageHit[]>('GET', `/messages/search${query({ ...asked, limit: 100 })}`),

  times: (section: string) => request<TimesView>('GET', `/sections/times${query({ section })}`),
  addDuty: (row: { section: string; staff: string; from: string; to: string; what: string } & Ids) => post<Outcome>('/sections/times/duty', row),
  setHours: (section: string, staff: string, days: Days | null, shifts: [string, string][] | null = null) =>
    request<Outcome>('PUT', '/sections/times/hours', { body: { section, staff, days, shifts, ...once() } }),
  urgent: (section: string) => request<UrgentRow[]>('GET', `/urgent${query({ section })}`),

  calls: () => request<CallView[]>('GET', '/calls'),
  openCall: (call: { room: string; text: string; sections: string[]; asks: string[] } & Ids) => post<Outcome>('/calls', call),
  closeCall: (id: string) => post<Outcome>(`/calls/${part(id)}/close`, once()),
  answers: (id: string, state: string) => request<AnswersView>('GET', `/calls/${part(id)}/answers${query({ state })}`),
  answer: (id: string, answer: { safety?: string; coming?: string; text?: string }) => post<Outcome>(`/calls/${part(id)}/answer`, { ...answer, ...once() }),
  callTable: (id: string) => getFile(`/calls/${part(id)}/export`),

  exports: () => request<ExportRow[]>('GET', '/rooms/exports'),
  askExport: ({ of, ...more }: { of: string; reason: string } & Ids) => post<Outcome>(room(of, '/exports'), more),
  approveExport: (id: string) => post<Outcome>(`/rooms/exports/${part(id)}/approve`, once()),
  exportFile: (id: string) => getFile(`/rooms/exports/${part(id)}/file`),
};

/** The bytes of a file of a message. */
export const fileBytes = (id: string): Promise<{ bytes: Blob; name: string }> => getFile(`/files/${part(id)}`);
export const fileUrl = (id: string): string => `/api/files/${part(id)}`;

function pick(of: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]]])));
}
