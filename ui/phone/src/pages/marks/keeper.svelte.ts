// The layer of one photo between the fingers and the core: each change is stored as it is made, and can be taken back.
import { core, faultOf, type Fault, type PhotoView } from '@ekitei/shared';
import type { Layer } from './lib';

const STEPS = 100;

export class Keeper {
  layer = $state.raw<Layer>({ marks: { marks: [] }, board: null });
  fault = $state.raw<Fault>();
  underWay = $state(0);
  private past = $state.raw<Layer[]>([]);
  /** Writes go one after the other. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly photo: PhotoView) {
    this.layer = { marks: photo.marks, board: photo.board };
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  change(next: Partial<Layer>): void {
    this.past = [...this.past.slice(-STEPS + 1), this.layer];
    this.layer = { ...this.layer, ...next };
    void this.store();
  }

  undo(): void {
    const before = this.past[this.past.length - 1];
    if (!before) return;
    this.past = this.past.slice(0, -1);
    this.layer = before;
    void this.store();
  }

  /** What the screen shows now; of several quick changes the last is sent. */
  store(): Promise<void> {
    this.underWay += 1;
    const next = this.turn.then(async () => {
      try {
        const { marks, board } = this.layer;
        if (this.underWay === 1) await core('photo_marks', { id: this.photo.id, marks, board });
        this.fault = undefined;
      } catch (thrown) {
        this.fault = faultOf(thrown);
      } finally {
        this.underWay -= 1;
      }
    });
    this.turn = next;
    return next;
  }
}
