// Keeps one note safe while it is written. The first change after a commit goes to the record at once, which fixes the
// revision it is based on; the following ones to a draft row, so that a fast typist does not make an operation every
// 300 ms; leaving the screen, or a pause, commits the draft to the record.
import type { NoteView } from '@ekitei/shared';
import { Autosave, BROWSER_TIMER, type SaveState, type Timer } from '../../lib/autosave';
import { changes, isEmpty, type NoteContent } from './lib';

/** The core's calls that a note needs; passed in, so that the rule can be tested against a real or a recorded core. */
export interface NoteCalls {
  save: (id: string | undefined, changed: Partial<NoteContent>) => Promise<NoteView>;
  saveDraft: (id: string, content: NoteContent) => Promise<unknown>;
  dropDraft: (id: string) => Promise<unknown>;
}

/** A pause this long puts the draft into the record. */
const IDLE_COMMIT_MS = 8_000;

export class NoteKeeper {
  private readonly autosave: Autosave<NoteContent>;
  private committed: NoteContent;
  private drafted: NoteContent | undefined;
  private fresh = true;
  private idle: unknown;
  private last: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly calls: NoteCalls,
    private noteId: string | undefined,
    loaded: NoteContent,
    private readonly onSaved: (note: NoteView) => void,
    onState: (state: SaveState) => void,
    private readonly timer: Timer = BROWSER_TIMER,
  ) {
    this.committed = loaded;
    this.autosave = new Autosave((content) => this.write(content), onState, timer);
  }

  get id(): string | undefined {
    return this.noteId;
  }

  /** True while something typed is not in the record yet. */
  get dirty(): boolean {
    return this.drafted !== undefined;
  }

  touch(content: NoteContent): void {
    if (this.noteId === undefined && isEmpty(content)) return;
    this.autosave.touch(content);
    this.restartIdle();
  }

  /** What others changed is taken over as the new base when nothing of one's own is under way. */
  rebase(content: NoteContent): void {
    if (!this.dirty) this.committed = content;
  }

  /** One after the other: leaving a screen and hiding the page often come together. */
  commit(): Promise<boolean> {
    this.stopIdle();
    this.last = this.last.then(() => this.commitOnce());
    return this.last;
  }

  private async commitOnce(): Promise<boolean> {
    if (!(await this.autosave.flush())) return false;
    const drafted = this.drafted;
    if (!drafted || this.noteId === undefined) {
      this.fresh = true;
      return true;
    }
    try {
      await this.saveRecord(drafted);
      await this.calls.dropDraft(this.noteId);
    } catch {
      // The draft row holds it; it is committed at the next occasion.
      return false;
    }
    if (this.drafted === drafted) this.drafted = undefined;
    this.fresh = true;
    return true;
  }

  /** The note was deleted: nothing more is written. */
  drop(): void {
    this.stopIdle();
    this.autosave.drop();
    this.drafted = undefined;
  }

  private async write(content: NoteContent): Promise<void> {
    if (this.noteId === undefined || this.fresh) {
      await this.saveRecord(content);
      this.fresh = false;
      return;
    }
    await this.calls.saveDraft(this.noteId, content);
    this.drafted = content;
  }

  private async saveRecord(content: NoteContent): Promise<void> {
    const changed = changes(this.committed, content);
    if (this.noteId !== undefined && Object.keys(changed).length === 0) return;
    const note = await this.calls.save(this.noteId, this.noteId === undefined ? content : changed);
    this.noteId = note.id;
    this.committed = content;
    this.onSaved(note);
  }

  private restartIdle(): void {
    this.stopIdle();
    this.idle = this.timer.set(() => {
      this.idle = undefined;
      void this.commit();
    }, IDLE_COMMIT_MS);
  }

  private stopIdle(): void {
    if (this.idle === undefined) return;
    this.timer.clear(this.idle);
    this.idle = undefined;
  }
}
