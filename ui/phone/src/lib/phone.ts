// What only a phone does: another app hands pictures over, the phone locks itself, a visit in front keeps it open.
import { core, faultOf, insideTauri, native, type Fault } from '@ekitei/shared';
import type { Page } from './router';

/** Far above a photograph; the core has its own limit. */
export const MOST_BYTES = 100 * 1024 * 1024;

/** In the app on a phone, or where a browser plays one. A desktop window has no native camera. */
export const onPhone = (): boolean => native.playsPhone() || (insideTauri() && /Android/.test(navigator.userAgent));

const AT_WORK: readonly Page[] = ['visit', 'inspection'];

/** A visit that lies open in front of a person is not shut away under their eyes; leaving covers it. */
export const visitInFront = (page: Page): boolean => AT_WORK.includes(page) && document.visibilityState === 'visible';

export interface Phone {
  /** Photos without a case came. */
  received(count: number): void;
  failed(fault: Fault): void;
  /** The lock may have fallen. */
  changed(): void;
}

/** While the app is open: takes what other apps hand over, at once and later. Returns what stops it. */
export function attendPhone(phone: Phone): () => void {
  const take = async (): Promise<void> => {
    try {
      const { taken, refused } = await native.shareTake(MOST_BYTES);
      if (taken.length > 0) {
        await core('photo_add', { names: taken.map((file) => file.name) });
        phone.received(taken.length);
      }
      const fault = refusal(refused);
      if (fault) phone.failed(fault);
    } catch (thrown) {
      phone.failed(faultOf(thrown));
    }
  };
  if (!onPhone()) return () => undefined;
  void take();
  return native.listenNative((event) => {
    if (event === 'share') void take();
    if (event === 'lock' || event === 'shown') phone.changed();
  });
}

interface RefusedFile {
  name: string;
  code: string;
  size_mb?: number | null;
  limit_mb?: number | null;
}

/** Why the first of the files was not taken. */
export function refusal([first]: readonly RefusedFile[]): Fault | undefined {
  if (!first) return undefined;
  const params: Record<string, string> = { name: first.name };
  if (first.size_mb != null) params.size_mb = String(first.size_mb);
  if (first.limit_mb != null) params.limit_mb = String(first.limit_mb);
  return { code: first.code, params, cure: 'ask' };
}
