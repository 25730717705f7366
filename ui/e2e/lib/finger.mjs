// A browser at phone size whose taps and typed characters are counted.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { RULES, withAxe } from './axe.mjs';
import { fitCamera } from './camera.mjs';

export const DISPLAYS = {
  plain: { language: 'ja', outdoor: false, glove: false, textSize: '100' },
  'text-200': { language: 'ja', outdoor: false, glove: false, textSize: '200' },
  glove: { language: 'ja', outdoor: true, glove: true, textSize: '100' },
};

export function launch() {
  return chromium.launch({
    executablePath: process.env.EKITEI_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  });
}

/** Asks again until it holds; in between only what has come in is heard. */
export async function becomes(what, holds, within_ms = 30_000) {
  const end = Date.now() + within_ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise(setImmediate);
  }
}

export class Finger {
  taps = 0;
  typed = 0;
  steps = [];
  faults = [];
  /** While set, a screenshot is kept after each tap. */
  naming;

  static async at(browser, url, { width = 360, height = 800 } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', hasTouch: true, permissions: ['camera'] });
    await fitCamera(context);
    const page = await context.newPage();
    const finger = new Finger(page, url);
    page.on('pageerror', (error) => finger.faults.push(String(error)));
    // What the security policy forbids is a fault; a refused request is an answer.
    page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) finger.faults.push(message.text()); });
    return finger;
  }

  constructor(page, url) {
    this.page = page;
    this.url = url;
  }

  /** A call past the screens, for setting the scene. */
  async ask(call, args = {}) {
    const answer = await this.page.evaluate(
      ([name, given]) => fetch('/bridge', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ call: name, args: given }) }).then((response) => response.json()),
      [call, args],
    );
    if (answer.err) throw new Error(`${call}: ${JSON.stringify(answer.err)}`);
    return answer.ok;
  }

  async open(hash = '#/today') {
    await this.page.goto(`${this.url}/${hash}`);
    await this.page.waitForSelector('h1');
  }

  async display({ language, outdoor, glove, textSize }) {
    await this.ask('settings_set', { language, theme: outdoor ? 'outdoor' : 'light', glove, text_percent: Number(textSize) });
    await this.page.reload();
    await this.page.waitForSelector(`html[data-text='${textSize}'][data-theme='${outdoor ? 'outdoor' : 'light'}']`);
  }

  /** Starts counting anew. */
  start() {
    this.taps = 0;
    this.typed = 0;
    this.steps = [];
  }

  /** `key`: of the question it belongs to. */
  find(testid, { text, key } = {}) {
    const found = key === undefined ? this.page.getByTestId(testid) : this.page.locator(`[data-testid="${testid}"][data-key="${key}"]`);
    return (text ? found.filter({ hasText: text }) : found).first();
  }

  async tap(testid, options) {
    const target = this.find(testid, options);
    await target.waitFor({ state: 'visible' });
    await target.scrollIntoViewIfNeeded();
    // Where a finger would land: nothing may lie over it, and it must have come to rest.
    const spot = await target.evaluate(async (element) => {
      const place = () => { const box = element.getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; };
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      for (let tries = 0; tries < 300; tries += 1) {
        const before = place();
        await frame();
        const now = place();
        const over = document.elementFromPoint(now.x, now.y);
        // Content that came above it pushed it out of sight: a finger scrolls after it.
        if (!over) element.scrollIntoView({ block: 'center' });
        if (before.x === now.x && before.y === now.y && over && (over === element || element.contains(over))) return now;
      }
      throw new Error(`covered by ${document.elementFromPoint(place().x, place().y)?.outerHTML.slice(0, 120)}`);
    });
    await this.page.touchscreen.tap(spot.x, spot.y);
    this.taps += 1;
    if (this.naming) await this.shot(`${this.naming}-${this.taps}`);
    this.steps.push({ what: `tap ${testid}`, height_share: Number((spot.y / this.page.viewportSize().height).toFixed(2)) });
  }

  async type(testid, text) {
    await this.find(testid).pressSequentially(text);
    this.typed += [...text].length;
    this.steps.push({ what: `type ${testid}` });
  }

  /** One stroke on the paper; not a tap. */
  async draw(fromX = 60, fromY = 60) {
    await this.find('paper').waitFor({ state: 'visible' });
    const box = await this.find('paper').boundingBox();
    await this.page.mouse.move(box.x + fromX, box.y + fromY);
    await this.page.mouse.down();
    for (let step = 1; step <= 12; step += 1) await this.page.mouse.move(box.x + fromX + step * 12, box.y + fromY + Math.sin(step) * 15);
    await this.page.mouse.up();
  }

  async shot(name) {
    const out = process.env.EKITEI_SHOTS;
    if (!out) return;
    mkdirSync(out, { recursive: true });
    await this.page.screenshot({ path: join(out, `${name}.png`) });
  }

  /** The picture in the finder is another one than a moment ago. */
  async nextFrame() {
    await this.page.evaluate(() => new Promise((resolve) => {
      const video = document.querySelector('video');
      video.requestVideoFrameCallback(() => video.requestVideoFrameCallback(resolve));
    }));
  }

  /** Accessibility faults of what is shown, as readable lines. */
  async axe() {
    await withAxe(this.page);
    return this.page.evaluate(
      async (tags) => (await window.axe.run(document, { runOnly: tags })).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).slice(0, 3).join(' | ')}`),
      RULES,
    );
  }

  async close() {
    await this.page.context().close();
  }
}
