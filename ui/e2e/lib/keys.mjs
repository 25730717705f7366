// A person who works by keyboard alone: every key is counted, and what the work would take is estimated with the
// keystroke-level model (Card, Moran and Newell, 1980): K = 0.28 s a key (an average typist), P = 1.1 s a pointing move,
// M = 1.35 s for making up one's mind. Waiting for programs is not in it.
export const SECONDS = { key: 0.28, pointing: 1.1, mind: 1.35 };
/** Keys for one Japanese letter through the input method: reading, conversion, confirmation. */
export const KEYS_A_JAPANESE_LETTER = 3;
const MOST_TABS = 400;

export class Keys {
  steps = [];

  constructor(page) {
    this.page = page;
  }

  /** One step of the story; `minds`: decisions in it. */
  async step(what, minds, play) {
    this.now = { what, keys: 0, letters: 0, minds };
    await play();
    this.steps.push(this.now);
    this.now = undefined;
  }

  async press(key, times = 1) {
    for (let n = 0; n < times; n += 1) {
      this.now.keys += key.split('+').length;
      await this.page.keyboard.press(key);
    }
  }

  async type(text) {
    for (const letter of text) {
      this.now.letters += 1;
      this.now.keys += letter > '\u007f' ? KEYS_A_JAPANESE_LETTER : 1;
    }
    await this.page.keyboard.type(text);
  }

  async at(testid) {
    return this.page.evaluate((id) => document.activeElement?.closest('[data-testid]')?.dataset.testid === id, testid);
  }

  async tabTo(testid, key = 'Tab') {
    for (let n = 0; n < MOST_TABS; n += 1) {
      if (await this.at(testid)) return;
      await this.press(key);
    }
    throw new Error(`no way by keyboard to ${testid}`);
  }

  get total() {
    const sum = (of) => this.steps.reduce((all, one) => all + of(one), 0);
    const [keys, minds] = [sum((one) => one.keys), sum((one) => one.minds)];
    return { keys, letters: sum((one) => one.letters), minds, seconds: Math.round(keys * SECONDS.key + minds * SECONDS.mind) };
  }
}
