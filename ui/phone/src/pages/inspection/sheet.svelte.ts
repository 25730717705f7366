// One open inspection on the screen: what is shown, what is under way, what could not be stored yet.
import { core, faultOf, type ChoicesView, type Fault, type FormCall, type FormChange, type FormProgress, type FormReply, type InspectionView, type ItemView, type PageView, type PhotoView, type RestItem } from '@ekitei/shared';
import { getContext, setContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { keepSame, questionOf, readRefused, replaceItems } from './lib';

/** What an answer's widget asks of its surroundings. */
export interface AnswerHost {
  readonly id: string;
  readonly caseId: string;
  readonly visit: string | null;
  readonly locked: boolean;
  /** The answer as the person left it, stored or not. */
  answerOf(item: ItemView): unknown;
  set(key: string, answer: unknown): Promise<boolean>;
  failureOf(key: string): Fault | undefined;
  photosOf(key: string): readonly PhotoView[];
  lastPhotosOf(key: string): readonly PhotoView[];
  /** What the last visit wrote about a ruling that failed. */
  lastFindingOf(ruling: string): string;
  choices(key: string, search: string, from: number): Promise<ChoicesView>;
  addInstance(repeat: string, parent: string): Promise<string>;
  removeInstance(key: string): Promise<boolean>;
  draft(key: string): Promise<string>;
  reload(): Promise<void>;
  /** Texts being typed are sent when the screen is left. */
  register(flush: () => void): () => void;
}

const KEY = Symbol('answers');
export const provideHost = (host: AnswerHost): AnswerHost => setContext(KEY, host);
export const useHost = (): AnswerHost => getContext<AnswerHost>(KEY);

type ReplyTo<K extends FormReply['reply']> = Extract<FormReply, { reply: K }>;

export class Sheet implements AnswerHost {
  view = $state.raw<InspectionView>();
  pages = $state.raw<PageView[]>([]);
  progress = $state.raw<FormProgress>();
  fault = $state.raw<Fault>();
  underWay = $state(0);
  /** Where the list was scrolled to. */
  scroll = 0;
  /** The question that was being answered in one-question mode. */
  step = 0;
  private readonly waiting = new SvelteMap<string, { answer: unknown }>();
  private readonly failures = new SvelteMap<string, { answer: unknown; fault: Fault }>();
  private readonly flushes = new Set<() => void>();
  /** Calls go one after the other: a form's session hears taps in their order. */
  private turn: Promise<unknown> = Promise.resolve();
  private quietSince = 0;
  /** What an earlier screen could not store has been looked for. */
  private recovered = false;

  constructor(readonly id: string) {}

  get caseId(): string {
    return this.view?.case ?? '';
  }
  get visit(): string | null {
    return this.view?.row.visit ?? null;
  }
  get locked(): boolean {
    const state = this.view?.row.state;
    return state !== undefined && state !== 'draft' && state !== 'returned';
  }
  get saveState(): 'saved' | 'saving' | 'failed' {
    if (this.underWay > 0) return 'saving';
    return this.failures.size > 0 ? 'failed' : 'saved';
  }

  answerOf(item: ItemView): unknown {
    const held = this.waiting.get(item.key) ?? this.failures.get(item.key);
    return held ? held.answer : item.answer;
  }
  failureOf(key: string): Fault | undefined {
    return this.failures.get(key)?.fault;
  }
  photosOf(key: string): readonly PhotoView[] {
    return this.view?.photos[key] ?? [];
  }
  lastPhotosOf(key: string): readonly PhotoView[] {
    return this.view?.last?.photos[key] ?? this.view?.last?.photos[questionOf(key)] ?? [];
  }

  lastFindingOf(ruling: string): string {
    const [question, instance] = ruling.split('@');
    return this.view?.last?.findings?.[instance ? `${question}_finding@${instance}` : `${question}_finding`] ?? '';
  }

  register(flush: () => void): () => void {
    this.flushes.add(flush);
    return () => this.flushes.delete(flush);
  }
  flush(): void {
    this.flushes.forEach((one) => one());
  }

  private queue<T>(run: () => Promise<T>): Promise<T> {
    const next = this.turn.then(run, run);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async call<K extends FormReply['reply']>(call: FormCall, wanted: K): Promise<ReplyTo<K>> {
    const reply = await core('inspection_call', { id: this.id, call });
    if (reply.reply !== wanted) throw new Error(reply.reply);
    return reply as ReplyTo<K>;
  }

  /** Reads everything; what is on the screen stays until the new is there. */
  async reload(): Promise<void> {
    await this.queue(async () => {
      try {
        if (!this.recovered) await this.recover();
        this.view = await core('inspection_get', { id: this.id });
        await this.readPages();
        this.fault = undefined;
      } catch (thrown) {
        this.fault = faultOf(thrown);
      }
    });
  }

  /** Another device or the office may have changed something: read again, but not between two taps. */
  async refresh(nowMs: number): Promise<void> {
    if (this.underWay > 0 || nowMs - this.quietSince < 2_000) return;
    this.quietSince = nowMs;
    await this.reload();
    for (const [key, { answer, fault }] of this.failures) if (fault.cure === 'retry') void this.set(key, answer);
  }

  private async readPages(): Promise<void> {
    const form = this.view?.form && (await this.call({ call: 'view' }, 'form'));
    if (!form) return;
    const before = new Map(this.pages.map((page) => [page.page, page]));
    // The first sections are drawn before the last are read.
    const next: PageView[] = [];
    for (const { page } of form.pages) {
      next.push(keepSame(before.get(page), await this.call({ call: 'page', page }, 'page')));
      if (before.size === 0) this.pages = [...next];
    }
    this.pages = next;
    this.progress = form.progress;
  }

  set(key: string, answer: unknown): Promise<boolean> {
    const mine = { answer };
    this.waiting.set(key, mine);
    const refused = this.failures.get(key);
    this.failures.delete(key);
    this.quietSince = Date.now();
    return this.change(async () => {
      // A newer answer to the same question follows.
      if (this.waiting.get(key) !== mine) return;
      try {
        await this.take(await this.call({ call: 'set', key, answer }, 'changed'));
        if (refused) await this.keepRefused();
      } catch (thrown) {
        if (this.waiting.get(key) === mine) {
          this.failures.set(key, { answer, fault: faultOf(thrown) });
          await this.keepRefused();
        }
        throw thrown;
      } finally {
        if (this.waiting.get(key) === mine) this.waiting.delete(key);
      }
    });
  }

  /** Answers that could not be stored, with what was said about them: for a screen that shows them nowhere else. */
  get refused(): { key: string; answer: unknown; fault: Fault }[] {
    return [...this.failures].map(([key, { answer, fault }]) => ({ key, answer, fault }));
  }

  private get draftKey(): string {
    return `answers.${this.id}`;
  }

  /** What the core refuses stays beside the sheet until it is stored or written anew, also when the screen is left. */
  private async keepRefused(): Promise<void> {
    try {
      if (this.failures.size === 0) await core('draft_drop', { key: this.draftKey });
      else await core('draft_save', { key: this.draftKey, value: this.refused });
    } catch {
      // Nothing can be kept while the core is silent or locked; the screen still has it.
    }
  }

  private async recover(): Promise<void> {
    const { value } = await core('draft_load', { key: this.draftKey });
    this.recovered = true;
    for (const one of readRefused(value)) {
      if (!this.waiting.has(one.key) && !this.failures.has(one.key)) this.failures.set(one.key, { answer: one.answer, fault: one.fault });
    }
  }

  private async change(run: () => Promise<void>): Promise<boolean> {
    this.underWay += 1;
    try {
      await this.queue(run);
      return true;
    } catch {
      return false;
    } finally {
      this.underWay -= 1;
    }
  }

  private async take(change: FormChange): Promise<void> {
    this.pages = replaceItems(this.pages, change.items);
    this.progress = change.progress;
    if (change.reshaped) await this.readPages();
  }

  choices(key: string, search: string, from: number): Promise<ChoicesView> {
    return this.call({ call: 'choices', key, search, from, limit: 50 }, 'choices');
  }

  async addInstance(repeat: string, parent: string): Promise<string> {
    const id = crypto.randomUUID();
    await this.change(async () => this.take(await this.call({ call: 'add_instance', repeat, parent, id }, 'changed')));
    return id;
  }

  removeInstance(key: string): Promise<boolean> {
    return this.change(async () => this.take(await this.call({ call: 'remove_instance', key }, 'changed')));
  }

  async draft(key: string): Promise<string> {
    return (await this.queue(() => this.call({ call: 'draft', key }, 'draft'))).text;
  }

  async missing(): Promise<ReplyTo<'missing'>> {
    this.flush();
    return this.queue(() => this.call({ call: 'missing' }, 'missing'));
  }

  async rest(): Promise<RestItem[]> {
    this.flush();
    return (await this.queue(() => this.call({ call: 'rest_preview' }, 'rest'))).items;
  }

  /** Throws `rest-changed` when the open rulings are others by now. */
  async applyRest(keys: string[]): Promise<void> {
    this.underWay += 1;
    try {
      await this.queue(async () => this.take(await this.call({ call: 'rest_apply', keys }, 'changed')));
    } finally {
      this.underWay -= 1;
    }
  }

  async check(): Promise<ReplyTo<'finish_check'>> {
    this.flush();
    return this.queue(() => this.call({ call: 'finish_check' }, 'finish_check'));
  }

  /** Everything tapped so far is stored or told as failed. */
  async settled(): Promise<boolean> {
    this.flush();
    await this.queue(() => Promise.resolve());
    return this.failures.size === 0;
  }
}

/** The sheet that was open last: coming back from the camera shows it where it was. */
let kept: Sheet | undefined;

export function sheetOf(id: string): Sheet {
  if (kept?.id !== id) kept = new Sheet(id);
  return kept;
}

/** A locked phone keeps nothing of it. */
export function dropSheet(): void {
  kept = undefined;
}
