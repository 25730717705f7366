// What is written in a room and on its way out of it. It outlives the room's page: who leaves while pictures are being packed
// loses neither what goes nor what was written meanwhile.
import { core, errorText, faultOf, toast, wordsWith, type ChatAttached, type ChatDraft, type ChatDraftArgs, type ChatLink, type ChatNamed, type Fault, type QuoteView } from '@ekitei/shared';
import { Autosave } from '../../lib/autosave';

/** All that a message will say. */
export interface Written {
  text: string;
  named: readonly ChatNamed[];
  attached: readonly ChatAttached[];
  link?: ChatLink | undefined;
  urgent?: string | undefined;
  reply?: QuoteView | undefined;
}

/** The field that is on the screen. */
export interface Field {
  written: () => Written;
  /** What could not be sent comes back in front of what was written since. */
  back: (written: Written) => void;
  sent: () => void;
}

export const NOTHING: Written = { text: '', named: [], attached: [] };

export const isNothing = (one: Written): boolean => wordsWith(one.text, one.link).trim() === '' && one.attached.length === 0;

/** What came back, and then what was written since. */
export function joined(first: Written, then: Written): Written {
  const named = [...first.named, ...then.named.filter((one) => !first.named.some((other) => other.staff === one.staff))];
  return {
    text: [first.text, then.text].filter((text) => text !== '').join('\n'),
    named,
    attached: [...first.attached, ...then.attached],
    link: first.link ?? then.link,
    urgent: first.urgent ?? then.urgent,
    reply: first.reply ?? then.reply,
  };
}

const draftOf = (room: string, one: Written): ChatDraftArgs => ({
  room,
  text: one.text,
  named: [...one.named],
  attached: [...one.attached],
  ...(one.reply ? { reply_to: one.reply.id } : {}),
  ...(one.urgent ? { urgent: one.urgent } : {}),
  ...(one.link ? { link: one.link } : {}),
});

export class Writing {
  busy = $state(false);
  fault = $state.raw<Fault>();
  private field: Field | undefined;
  private left: Written | undefined;
  private under: Promise<void> = Promise.resolve();
  /** The draft that went last: one that was read before it went is not written once more. */
  private gone: string | undefined;
  private readonly keeper = new Autosave<ChatDraftArgs>(async (now) => {
    await core('chat_draft', now);
  });

  constructor(private readonly room: string) {}

  /** What a field begins with that opens now. */
  begin(draft: ChatDraft | null): Written {
    if (this.busy) return this.left ?? NOTHING;
    if (!draft || draft.message === this.gone) return NOTHING;
    const { text, named, attached } = draft;
    return { text, named, attached, link: draft.link ?? undefined, urgent: draft.urgent ?? undefined, reply: draft.reply ?? undefined };
  }

  /** Until what is given back is called, the field is on the screen. */
  show(field: Field): () => void {
    this.field = field;
    return () => {
      if (this.busy) this.left = field.written();
      if (this.field === field) this.field = undefined;
      void this.flush();
    };
  }

  /** While something is on its way the draft is that; what is written meanwhile is kept when it has gone. */
  keep(now: Written): void {
    if (!this.busy) this.keeper.touch(draftOf(this.room, now));
  }

  flush(): Promise<boolean> {
    return this.keeper.flush();
  }

  /** One after the other, in the order of the presses. */
  async rest(): Promise<void> {
    while (this.busy) await this.under;
  }

  stamp(stamp: string, { reply, urgent }: Written): Promise<void> {
    return this.go(async () => {
      await core('chat_send', { room: this.room, stamp, ...(reply ? { reply_to: reply.id } : {}), ...(urgent ? { urgent } : {}) });
    }, { ...NOTHING, reply, urgent });
  }

  send(now: Written): Promise<void> {
    const names = (picture: boolean): string[] => now.attached.filter((one) => one.picture === picture).map((one) => one.name);
    this.keeper.touch(draftOf(this.room, now));
    return this.go(async () => {
      // Killed on the way, it is there again as it was when the button was pressed.
      await this.keeper.flush();
      this.keeper.drop();
      const { room: _, named, attached: __, ...more } = draftOf(this.room, now);
      const sent = await core('chat_send', { ...more, room: this.room, text: wordsWith(now.text, now.link), photos: names(true), files: names(false), mentions: (named ?? []).map((one) => one.staff), draft: true });
      this.gone = sent.id;
    }, now);
  }

  private go(act: () => Promise<void>, now: Written): Promise<void> {
    this.busy = true;
    this.fault = undefined;
    this.under = act()
      .then(
        () => this.went(),
        (thrown: unknown) => this.failed(faultOf(thrown), now),
      )
      .finally(() => (this.left = undefined));
    return this.under;
  }

  private went(): void {
    this.busy = false;
    const since = this.field?.written() ?? this.left;
    if (since) this.keep(since);
    if (this.field) this.field.sent();
    else void this.flush();
  }

  private failed(fault: Fault, now: Written): void {
    this.busy = false;
    this.fault = fault;
    this.keep(joined(now, this.field?.written() ?? this.left ?? NOTHING));
    void this.flush();
    if (this.field) this.field.back(now);
    else toast(errorText(fault));
  }
}

const rooms = new Map<string, Writing>();

export function writingIn(room: string): Writing {
  const there = rooms.get(room) ?? new Writing(room);
  rooms.set(room, there);
  return there;
}
