// Zoom and pan of one picture: pure, in CSS pixels from the view's centre.

export interface View {
  scale: number;
  x: number;
  y: number;
}

export const FIT: View = { scale: 1, x: 0, y: 0 };
export const MOST = 6;

export interface Size {
  width: number;
  height: number;
}

/** The picture may be moved only as far as it is larger than the view. */
export function bounded(view: View, picture: Size, box: Size, most: number = MOST): View {
  const scale = Math.min(most, Math.max(1, view.scale));
  const spareX = Math.max(0, (picture.width * scale - box.width) / 2);
  const spareY = Math.max(0, (picture.height * scale - box.height) / 2);
  const clamp = (value: number, furthest: number): number => Math.min(furthest, Math.max(-furthest, value));
  return { scale, x: clamp(view.x, spareX), y: clamp(view.y, spareY) };
}

/** Zooms so that the point under the fingers (from the view's centre) stays where it is. */
export function zoomedAt(view: View, factor: number, x: number, y: number, most: number = MOST): View {
  const scale = Math.min(most, Math.max(1, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real };
}

/** How large a picture is drawn in a box at scale 1. */
export function fitted(natural: Size, box: Size): Size {
  if (natural.width <= 0 || natural.height <= 0) return { width: 0, height: 0 };
  const share = Math.min(box.width / natural.width, box.height / natural.height);
  return { width: natural.width * share, height: natural.height * share };
}
