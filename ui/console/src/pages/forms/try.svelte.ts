// A form tried out in this page with the engine that the phones have (WebAssembly). Nothing of it leaves the page.
import { stampNow, type AnswerFault, type Finished, type FormCall, type FormReply, type FormView, type LeftOut, type PageView } from '@ekitei/shared';
import type { OpenForm } from '@ekitei/shared/forms';
import wasm from '@ekitei/shared/forms.wasm?url';
import type { ProblemView } from '../../api/gen';
import { uuidV7 } from '../../lib/uuid';
import type { Definition } from './lib';

type Engine = typeof import('@ekitei/shared/forms');
let engine: Promise<Engine> | undefined;

/** Fetched once, when the first form is shown. */
function started(): Promise<Engine> {
  engine ??= import('@ekitei/shared/forms').then(async (module) => {
    await module.default({ module_or_path: wasm });
    return module;
  });
  engine.catch(() => (engine = undefined));
  return engine;
}

/** Why a definition is no form; nothing: it is one. */
export async function problemsOf(definition: Definition): Promise<ProblemView[]> {
  const said = JSON.parse((await started()).check(JSON.stringify(definition))) as { problems?: ProblemView[] };
  return said.problems ?? [];
}

export class Trial {
  pages = $state.raw<PageView[]>([]);
  missing = $state.raw<AnswerFault[]>([]);
  /** What finishing gave; answering goes on from before. */
  finished = $state.raw<Finished & { leftOut: LeftOut[] }>();
  /** A fault's code: the definition is no form, or this browser cannot start the engine. */
  wrong = $state('');
  #open: OpenForm | undefined;
  #answers: Record<string, unknown> = {};
  #instances: Record<string, number | null> = {};
  #turn = 0;

  /** Shows the definition; what was answered before stays where the question stays. */
  async show(definition: Definition, from: 'here' | 'anew' = 'here'): Promise<void> {
    const turn = ++this.#turn;
    let module: Engine;
    try {
      module = await started();
    } catch {
      this.wrong = 'forms-engine';
      return;
    }
    if (turn !== this.#turn) return;
    if (from === 'anew') {
      this.#answers = {};
      this.#instances = {};
    }
    const empty = Object.keys(this.#answers).length === 0;
    const env = { now: stampNow(), language: 'ja', facts: { start: stampNow() } };
    try {
      const open = new module.OpenForm(JSON.stringify(definition), JSON.stringify({ env, new: empty, answers: this.#answers, instances: this.#instances }));
      this.close();
      this.#open = open;
      this.wrong = '';
      this.#keep(JSON.parse(open.begun()) as Partial<Changed>);
      this.#read();
    } catch (thrown) {
      this.wrong = codeOf(thrown);
    }
  }

  close(): void {
    this.#open?.free();
    this.#open = undefined;
  }

  #call(call: FormCall): FormReply | undefined {
    if (!this.#open) return undefined;
    const said = JSON.parse(this.#open.call(JSON.stringify(call))) as { ok?: FormReply };
    return said.ok;
  }

  #keep(changed: Partial<Changed>): void {
    for (const [into, news] of [[this.#answers, changed.answers], [this.#instances, changed.instances]] as const) {
      for (const [key, value] of Object.entries(news ?? {})) {
        if (value === null) delete into[key];
        else (into as Record<string, unknown>)[key] = value;
      }
    }
  }

  #read(): void {
    const view = this.#call({ call: 'view' }) as FormView | undefined;
    this.pages = (view?.pages ?? []).flatMap(({ page }) => {
      const said = this.#call({ call: 'page', page });
      return said?.reply === 'page' ? [said] : [];
    });
    const missing = this.#call({ call: 'missing' });
    this.missing = missing?.reply === 'missing' ? missing.faults : [];
    this.finished = undefined;
  }

  #change(call: FormCall): void {
    const said = this.#call(call);
    if (said?.reply === 'changed') this.#keep(said);
    this.#read();
  }

  set(key: string, answer: unknown): void {
    this.#change({ call: 'set', key, answer });
  }

  /** Stands for a picture that the phone would take. */
  attach(key: string, before: unknown): void {
    this.set(key, [...(Array.isArray(before) ? (before as unknown[]) : []), uuidV7()]);
  }

  add(repeat: string, parent: string): void {
    this.#change({ call: 'add_instance', repeat, parent, id: uuidV7() });
  }

  remove(key: string): void {
    this.#change({ call: 'remove_instance', key });
  }

  /** Finishes as the phone would; false: what is missing stands in `missing`. */
  finish(): boolean {
    const check = this.#call({ call: 'finish_check' });
    if (check?.reply !== 'finish_check') return false;
    this.missing = check.faults;
    if (!check.ready) return false;
    const said = this.#call({ call: 'finish' });
    this.finished = said?.reply === 'finished' ? { ...said, leftOut: check.left_out } : undefined;
    return this.finished !== undefined;
  }
}

interface Changed {
  answers: Record<string, unknown>;
  instances: Record<string, number | null>;
}

function codeOf(thrown: unknown): string {
  try {
    const fault = JSON.parse(typeof thrown === 'string' ? thrown : String((thrown as Error).message)) as { code?: string };
    return fault.code ?? 'forms-engine';
  } catch {
    return 'forms-engine';
  }
}
