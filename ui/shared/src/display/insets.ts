// Android WebView before 140 reports no safe area, so the shell hands the insets over; the keyboard's height comes
// from the visual viewport where the window itself does not shrink.

export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

declare global {
  interface Window {
    /** Called by the native shell, CSS pixels. */
    ekiteiInsets?: (insets: Insets) => void;
  }
}

const SIDES = ['top', 'right', 'bottom', 'left'] as const;

export function startInsets(): void {
  const style = document.documentElement.style;
  window.ekiteiInsets = (insets) => {
    for (const side of SIDES) style.setProperty(`--inset-${side}`, `${Math.max(0, insets[side])}px`);
  };
  const viewport = window.visualViewport;
  if (!viewport) return;
  const follow = (): void => {
    // Pinch zoom also shrinks the visual viewport; only an unzoomed one tells of a keyboard.
    const covered = viewport.scale > 1.01 ? 0 : window.innerHeight - viewport.height - viewport.offsetTop;
    style.setProperty('--inset-keyboard', `${covered > 80 ? Math.round(covered) : 0}px`);
  };
  viewport.addEventListener('resize', follow);
  viewport.addEventListener('scroll', follow);
}
