// When a screen may be looked at: fonts and pictures are there, nothing moves any more, in the page and in its frames.

/** Toasts leave by themselves and spinners never end: neither is waited for. */
async function still() {
  // A frame out of sight is never drawn.
  const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); setTimeout(resolve, 100); });
  await document.fonts.ready;
  const end = Date.now() + 10_000;
  let quiet = 0;
  let before = '';
  while (quiet < 5 && Date.now() < end) {
    await frame();
    const moving = document.getAnimations().some((one) => one.playState === 'running' && Number.isFinite(one.effect?.getComputedTiming().endTime));
    // Pictures below the fold may be left for later by the browser.
    const waiting = [...document.images].some((image) => !image.complete && image.getBoundingClientRect().top < innerHeight);
    const now = document.body.innerHTML.length + document.body.textContent;
    quiet = moving || waiting || now !== before ? 0 : quiet + 1;
    before = now;
  }
}

export async function settled(page) {
  for (const frame of page.frames()) if (frame.url() !== 'about:blank') await frame.evaluate(still);
}
