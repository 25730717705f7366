// Pictures on their way into the core's inbox. On a phone the native camera writes there itself; a browser phone
// (webcam, file, drop, ready shot) sends the bytes as a body, never through JSON.
import { BridgeError, core, inboxUrl, type Fault, type InspectionPlace, type PhotoView } from '@ekitei/shared';

export interface Target {
  case: string | null;
  visit: string | null;
  note: string | null;
  /** The question of an inspection. */
  place?: InspectionPlace | null;
  /** A room: each picture is sent into it as it is taken. */
  room?: string | null;
}

/** Shares of the picture that are cut off at each side, 0 to 0.9. */
export interface Crop {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export const WHOLE: Crop = { top: 0, right: 0, bottom: 0, left: 0 };
const LEAST_LEFT = 0.1;

export type Corner = 'top-left' | 'top-right' | 'bottom-right' | 'bottom-left';
export const CORNERS: readonly Corner[] = ['top-left', 'top-right', 'bottom-right', 'bottom-left'];

export const isWhole = (crop: Crop): boolean => crop.top + crop.right + crop.bottom + crop.left < 0.001;

/** Moves one corner to a place in the picture (shares from its upper left), never past the opposite one. */
export function moveCorner(crop: Crop, corner: Corner, x: number, y: number): Crop {
  const next = { ...crop };
  const between = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most));
  if (corner.endsWith('left')) next.left = between(x, 1 - crop.right - LEAST_LEFT);
  else next.right = between(1 - x, 1 - crop.left - LEAST_LEFT);
  if (corner.startsWith('top')) next.top = between(y, 1 - crop.bottom - LEAST_LEFT);
  else next.bottom = between(1 - y, 1 - crop.top - LEAST_LEFT);
  return next;
}

/** Where a corner lies, shares from the upper left. */
export function cornerAt(crop: Crop, corner: Corner): { x: number; y: number } {
  return {
    x: corner.endsWith('left') ? crop.left : 1 - crop.right,
    y: corner.startsWith('top') ? crop.top : 1 - crop.bottom,
  };
}

/** Pixels of the kept part. */
export function cropPixels(crop: Crop, width: number, height: number): { x: number; y: number; width: number; height: number } {
  const x = Math.round(crop.left * width);
  const y = Math.round(crop.top * height);
  return {
    x,
    y,
    width: Math.max(1, Math.round((1 - crop.right) * width) - x),
    height: Math.max(1, Math.round((1 - crop.bottom) * height) - y),
  };
}

/** A name of our own for a file: what it was called on another disk is neither safe nor needed. */
export function inboxName(fileName: string, unique: string): string {
  const ending = /\.(jpe?g|png|webp|hei[cf])$/i.exec(fileName)?.[1]?.toLowerCase() ?? 'jpg';
  return `${unique}.${ending}`;
}

export const DOCUMENT_TYPES = ['pension', 'insurance', 'bill', 'application', 'identity', 'other'] as const;

/** The browser's canvas as a JPEG of evidence quality. */
export function canvasBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('canvas'))), 'image/jpeg', 0.92);
  });
}

export async function cropped(picture: Blob, crop: Crop): Promise<Blob> {
  if (isWhole(crop)) return picture;
  const bitmap = await createImageBitmap(picture);
  const part = cropPixels(crop, bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = part.width;
  canvas.height = part.height;
  canvas.getContext('2d')?.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, part.width, part.height);
  bitmap.close();
  return canvasBlob(canvas);
}

export async function putInbox(name: string, bytes: Blob): Promise<string> {
  let response: Response;
  try {
    response = await fetch(inboxUrl(name), { method: 'PUT', body: bytes });
  } catch {
    throw new BridgeError({ code: 'inbox-failed', cure: 'retry' });
  }
  return named(response, name);
}

/** A picture that the demonstration has lying ready. */
export async function takeReadyShot(shot: string): Promise<string> {
  return named(await fetch(`/ready-shots/${encodeURIComponent(shot)}`, { method: 'POST' }), shot);
}

export async function readyShots(): Promise<string[]> {
  try {
    const response = await fetch('/ready-shots');
    const { ok: names } = (await response.json()) as { ok?: unknown };
    return Array.isArray(names) ? names.filter((one): one is string => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

async function named(response: Response, asked: string): Promise<string> {
  const answer = (await response.json().catch(() => ({}))) as { ok?: { name?: unknown }; err?: Fault };
  if (answer.err) throw new BridgeError(answer.err);
  if (!response.ok) throw new BridgeError({ code: 'inbox-failed', cure: 'retry' });
  return typeof answer.ok?.name === 'string' ? answer.ok.name : asked;
}

/** The row "capture pending", before a camera opens, because the process may be killed meanwhile: where it writes. */
export async function begun(target: Target): Promise<string> {
  if (target.room) return `capture-${crypto.randomUUID()}.jpg`;
  if (!target.case) throw new BridgeError({ code: 'case-unknown', cure: 'ask' });
  const { name } = await core('capture_begin', { case: target.case, ...(target.visit ? { visit: target.visit } : {}), ...(target.place ? { place: target.place } : {}) });
  return name;
}

/** Bytes into the inbox, the row first. */
export async function deposit(bytes: Blob, fileName: string, target: Target): Promise<string> {
  if ((target.case || target.room) && fileName === '') return putInbox(await begun(target), bytes);
  return putInbox(inboxName(fileName, crypto.randomUUID()), bytes);
}

export async function keep(names: string[], target: Target, caption: string): Promise<PhotoView[]> {
  if (target.room) return (await core('chat_send', { room: target.room, photos: names })).photos;
  return core('photo_add', {
    names,
    caption,
    ...(target.case ? { case: target.case } : {}),
    ...(target.visit ? { visit: target.visit } : {}),
    ...(target.note ? { note: target.note } : {}),
    ...(target.place ? { place: target.place } : {}),
  });
}
