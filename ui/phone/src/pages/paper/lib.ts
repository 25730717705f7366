import type { PhotoView } from '@ekitei/shared';

/** Pictures that the paper would show and whose copy has not come to this phone. */
export function absentPhotos(photos: Readonly<Record<string, readonly PhotoView[] | undefined>>): number {
  const all = Object.values(photos).flatMap((own) => own ?? []);
  return all.filter((photo) => photo.role !== 'file' && !photo.variants.some((one) => one.variant === 'display' && one.on_phone)).length;
}
