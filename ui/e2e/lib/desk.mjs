// A person at a PC with the office console: signs in, presses (counted), looks.
import { RULES, withAxe } from './axe.mjs';

export const SIZES = { pc: { width: 1366, height: 768 }, narrow: { width: 360, height: 800 } };

export class Desk {
  presses = 0;
  faults = [];

  static async at(browser, url, size = SIZES.pc) {
    const context = await browser.newContext({ viewport: size, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', acceptDownloads: true });
    const page = await context.newPage();
    const desk = new Desk(page, url);
    page.on('pageerror', (error) => desk.faults.push(String(error)));
    page.on('console', (message) => {
      // What the security policy forbids is a fault; a refused request is an answer.
      if (/Content Security Policy/.test(message.text())) desk.faults.push(message.text());
    });
    return desk;
  }

  constructor(page, url) {
    this.page = page;
    this.url = url;
  }

  at(testid) {
    return this.page.locator(`[data-testid=${testid}]`);
  }

  async press(testid) {
    this.presses += 1;
    await this.at(testid).first().click();
  }

  async signIn(staff, password) {
    await this.page.goto(this.url);
    await this.at('staff').fill(staff);
    await this.at('password').fill(password);
    await this.press('sign-in');
    await this.page.waitForSelector('#content h1');
  }

  /** The screen whose heading is `title`. */
  async open(hash, title) {
    await this.page.evaluate((to) => (window.location.hash = to), hash);
    await this.page.waitForSelector(`h1:text-is("${title}")`);
  }

  /** A call past the screens, in this person's right. */
  async ask(method, path, body) {
    return this.page.evaluate(
      async ([how, where, what]) => {
        const answer = await fetch(`/api${where}`, { method: how, headers: what ? { 'content-type': 'application/json' } : {}, body: what ? JSON.stringify(what) : undefined });
        return answer.status === 204 ? null : answer.json();
      },
      [method, path, body],
    );
  }

  /** Accessibility, width and targets of what is on the screen, once its pictures are there. */
  async look(least) {
    await this.page.waitForFunction(() => [...document.images].every((image) => image.complete));
    await withAxe(this.page);
    const found = await this.page.evaluate(async (rules) => (await window.axe.run(document, { runOnly: rules })).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' | ')}`), RULES);
    const layout = await this.page.evaluate((px) => {
      const faults = [];
      if (document.documentElement.scrollWidth > innerWidth + 1) faults.push(`wide: ${document.documentElement.scrollWidth}`);
      for (const one of document.querySelectorAll('button, input, select, textarea')) {
        const box = (one.closest('label') ?? one).getBoundingClientRect();
        if (box.width > 0 && (box.width < px || box.height < px)) faults.push(`small: ${one.outerHTML.slice(0, 90)} ${box.width}×${box.height}`);
      }
      return faults;
    }, least);
    return [...found, ...layout];
  }
}
