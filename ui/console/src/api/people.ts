// Directory, help cards, holidays, calendars.
import { request, sendFile } from './client';
import type {
  CalendarImported, DirectoryImported, DirectoryView, EventView, HelpCardInput, HelpView, HolidaysView, ImportPreview, OutcomeView,
} from './gen';

const part = encodeURIComponent;

export const people = {
  directory: (q: string, bureau: string) => request<DirectoryView>('GET', `/directory?q=${part(q)}&bureau=${part(bureau)}`),
  preview: (file: Blob) => sendFile<ImportPreview>('/directory/preview', file),
  importList: (file: Blob, digest: string, endLeft: boolean) =>
    sendFile<DirectoryImported>(`/directory/import?digest=${part(digest)}&end_left=${endLeft}`, file),
  help: () => request<HelpView>('GET', '/help'),
  keepCard: (purpose: string, card: HelpCardInput) => request<OutcomeView>('PUT', `/help/${part(purpose)}`, { body: card }),
  setHolidays: (file: Blob) => sendFile<HolidaysView>('/holidays', file, 'PUT'),
  calendar: () => request<EventView[]>('GET', '/calendar'),
  setCalendar: (file: Blob, staff = '') => sendFile<CalendarImported>(`/calendar?staff=${part(staff)}`, file, 'PUT'),
};
