// A field's text between the keyboard and the core: sent soon after typing and when the field is left, never rewritten
// while a word is being composed or the field is in use.
export const SEND_AFTER_MS = 300;

export class Typing {
  written = $state('');
  private inUse = false;
  private composing = false;
  private dirty = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (text: string) => void,
    /** Undefined: not yet fit to be sent while it is being typed. */
    private readonly early: (text: string) => boolean = () => true,
  ) {}

  /** What is stored now; shown unless this person is writing. */
  stored(text: string): void {
    if (!this.inUse && !this.dirty) this.written = text;
  }

  input(text: string): void {
    this.written = text;
    this.dirty = true;
    this.later();
  }

  compositionStart(): void {
    this.composing = true;
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
  }

  compositionEnd(): void {
    this.composing = false;
    if (this.dirty) this.later();
  }

  focus(): void {
    this.inUse = true;
  }

  blur(): void {
    this.inUse = false;
    this.composing = false;
    this.flush();
  }

  /** Sends what has not been sent; also while composing, when the screen is being left. */
  flush(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.dirty) return;
    this.dirty = false;
    this.send(this.written);
  }

  private later(): void {
    // Counted from the first letter: who writes without a pause is safe too.
    if (this.timer !== undefined || this.composing || !this.early(this.written)) return;
    this.timer = setTimeout(() => this.flush(), SEND_AFTER_MS);
  }
}
