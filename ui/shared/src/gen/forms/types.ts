// Generated from crates/ekitei-forms by `cargo run -p ekitei-forms --example export_forms_ts`; do not edit.

/**
 * A question that is not right yet, with its key as the place to jump to.
 */
export type AnswerFault = { key: AnswerKey, 
/**
 * `answer-missing`, `answer-finding-missing`, `answer-photo-missing`, `answer-refused`, `answer-small`,
 * `answer-large`, `answer-letters`, `answer-choice-gone`; the text is `error.<code>` of the catalogue.
 */
code: string, params: { [key in string]: string }, 
/**
 * The form's own words, if it has any for this.
 */
message: string, label: string, 
/**
 * Where it stands: the labels around it.
 */
group: string, };

/**
 * Usable as the name of a record's field. The key of an instance itself is `repeat@instance`.
 */
export type AnswerKey = string;

/**
 * An answered question for reports, tables and exports.
 */
export type AnswerRow = { key: AnswerKey, 
/**
 * As in the definition: `text`, `ruling`, …
 */
type: string, 
/**
 * Labels of what is around it, outermost first, with ` › ` between.
 */
group: string, label: string, 
/**
 * As a person reads it.
 */
shown: string, answer: unknown, computed: boolean, 
/**
 * Of a ruling's finding and photos: the ruling.
 */
part_of: AnswerKey | null, };

/**
 * One answer to choose. Further columns may be named by a choice filter.
 */
export type Choice = { value: string, label: Record<string, string>, };

export type ChoiceView = { value: string, label: string, };

/**
 * A part of a long list.
 */
export type ChoicesView = { choices: Array<ChoiceView>, 
/**
 * All that fit the filter and the search.
 */
count: number, };

/**
 * An error answers one question: retry, wait, or ask a person?
 */
export type Cure = "retry" | "wait" | "ask";

/**
 * A paragraph of a drafted text. `${question}` in the text stands for the answer as a person reads it.
 */
export type DraftPart = { 
/**
 * Left out unless this holds.
 */
when?: string, 
/**
 * `findings`: once for each failed ruling, with `${no}`, `${label}`, `${finding}`, `${photos}`, `${group}`;
 * the id of a repeat: once for each instance.
 */
each?: string, text: Record<string, string>, 
/**
 * Instead, when `each` finds nothing.
 */
none?: Record<string, string>, };

export type Env = { 
/**
 * RFC 3339 with the place's offset, `2026-11-21T10:05:00.000+09:00`.
 */
now: string, 
/**
 * `ja` or `en`: labels, and the words of choices inside of expressions.
 */
language: string, 
/**
 * For `meta` questions, by their `meta`: `start` (when the form was begun), `deviceid`, `username`, …
 */
facts?: { [key in string]: string }, };

/**
 * A value with XPath's conversions.
 */
export type Evaluated = { text: string, 
/**
 * Null: not a number.
 */
number: number | null, truth: boolean, 
/**
 * Of a node-set: its members.
 */
count: number | null, };

/**
 * A stable code with parameters; its text comes from the message catalogue under `error.<code>`.
 */
export type Fault = { code: string, params?: { [key in string]: string }, cure: Cure, };

/**
 * What finishing would do.
 */
export type FinishCheck = { 
/**
 * Nothing stands in the way.
 */
ready: boolean, faults: Array<AnswerFault>, left_out: Array<LeftOut>, };

/**
 * A finished inspection's content.
 */
export type Finished = { form: string, version: number, 
/**
 * Answers of questions that apply.
 */
answers: Record<string, unknown>, 
/**
 * Calculated values and facts as they are now (fields `c.`).
 */
calculated: Record<string, unknown>, 
/**
 * Keys of answers that were left out.
 */
left_out: Array<AnswerKey>, 
/**
 * The report's draft; the text that a person wrote counts more.
 */
report: string, };

/**
 * What can be asked of an open form. JSON: `{"call": "set", "key": "fence", "answer": "ok"}`.
 */
export type FormCall = { "call": "view" } | { "call": "page", page: number, } | { "call": "set", key: AnswerKey, answer: unknown, 
/**
 * The time, when it has gone on since opening.
 */
now?: string, } | { "call": "add_instance", repeat: string, 
/**
 * Instance id of the repeat around it; empty at the outermost level.
 */
parent?: string, id: string, } | { "call": "remove_instance", key: AnswerKey, } | { "call": "receive", answers?: Record<string, unknown>, instances?: Record<string, number | null>, } | { "call": "choices", key: AnswerKey, search?: string, from?: number, limit?: number, } | { "call": "missing" } | { "call": "rest_preview" } | { "call": "rest_apply", keys: Array<AnswerKey>, } | { "call": "draft", key?: AnswerKey, } | { "call": "evaluate", key?: AnswerKey, expression: string, } | { "call": "finish_check" } | { "call": "finish", now?: string, };

/**
 * What a call changed: what to store, and what to draw anew.
 */
export type FormChange = { 
/**
 * Fields `a.<key>` to store; null takes away.
 */
answers: Record<string, unknown>, 
/**
 * Fields `r.<key>` to store: the place of an instance; null takes it away.
 */
instances: Record<string, number | null>, 
/**
 * Questions that look different now, without what is within them.
 */
items: Array<ItemView>, 
/**
 * Questions appeared, vanished, or instances came or went: fetch the page again.
 */
reshaped: boolean, progress: FormProgress, };

export type FormDef = { 
/**
 * Stable over all versions; a name as in [`crate::xpath::names`].
 */
id: string, 
/**
 * Counts up with each publication; a draft keeps the version it was begun with.
 */
version: number, title: Record<string, string>, description?: Record<string, string>, items: Array<Item>, lists?: { [key in string]: ListDef }, 
/**
 * The drafted report, in parts.
 */
report?: Array<DraftPart>, };

/**
 * How far a form, or a part of it, is filled.
 */
export type FormProgress = { 
/**
 * Questions that are asked now.
 */
asked: number, answered: number, 
/**
 * Required and not answered.
 */
missing: number, 
/**
 * Answered, but not as the form wants it.
 */
wrong: number, };

/**
 * JSON: `{"reply": "changed", "answers": {…}, …}`.
 */
export type FormReply = { "reply": "form" } & FormView | { "reply": "page" } & PageView | { "reply": "changed" } & FormChange | { "reply": "choices" } & ChoicesView | { "reply": "missing", faults: Array<AnswerFault>, progress: FormProgress, } | { "reply": "rest", items: Array<RestItem>, } | { "reply": "draft", text: string, } | { "reply": "evaluated" } & Evaluated | { "reply": "finish_check" } & FinishCheck | { "reply": "finished" } & Finished;

export type FormView = { form: string, version: number, title: string, pages: Array<PageInfo>, progress: FormProgress, };

/**
 * What a question does with the answer of the last visit.
 */
export type FromLast = "compare" | "prefill" | "ignore";

export type InstanceView = { 
/**
 * `repeat@instance`
 */
key: AnswerKey, label: string, items: Array<ItemView>, };

/**
 * A question, a group or a repeat. Fields that do not fit the type are reported when the form is made.
 */
export type Item = { 
/**
 * Stable over all versions and unique in the form: the answer's key.
 */
id: string, type: string, 
/**
 * The name in paths, unique among its neighbours; absent: the id.
 */
name?: string, label?: Record<string, string>, hint?: Record<string, string>, 
/**
 * `mm`, `本`, …; shown behind the field.
 */
unit?: Record<string, string>, 
/**
 * Words for the screen (`table`, `keypad`, `multiline`, `minimal` …); the engine ignores them.
 */
appearance?: string, relevant?: string, required?: Rule, required_message?: Record<string, string>, constraint?: string, constraint_message?: Record<string, string>, calculate?: string, 
/**
 * The answer to begin with, as an answer is written.
 */
default?: unknown, 
/**
 * The same as an expression, evaluated once.
 */
default_expression?: string, read_only?: Rule, 
/**
 * Smallest and largest number; the longest text in characters. Checks without an expression.
 */
min?: number, max?: number, max_length?: number, 
/**
 * Photos or files that one question takes.
 */
max_count?: number, choices?: Array<Choice>, 
/**
 * The name of a list of the form instead of own choices.
 */
list?: string, choice_filter?: string, 
/**
 * Of a ruling; in a matrix the matrix's own counts for all.
 */
scale?: Scale, 
/**
 * 否 asks for a photo before the form can be finished.
 */
fail_needs_photo?: boolean, 
/**
 * 否 asks for a finding text before the form can be finished.
 */
fail_needs_finding?: boolean, 
/**
 * Whether 「残りはすべて適」 may fill it; absent: yes.
 */
rest_conform?: boolean, 
/**
 * Phrase chips: of a text, or of a ruling's finding.
 */
phrases?: Array<Record<string, string>>, from_last?: FromLast, 
/**
 * Of a `meta` item: `start`, `end`, `today`, `deviceid`, `username`, `phonenumber`, `email`, or a fact that the
 * program gives by name.
 */
meta?: string, 
/**
 * Of a text: the parts of which a draft is made.
 */
draft?: Array<DraftPart>, repeat_count?: string, 
/**
 * What one instance of a repeat is called: 「{label} 3」.
 */
instance_label?: Record<string, string>, items?: Array<Item>, };

/**
 * A question, group or repeat as it looks now. Hidden ones are not among the items of a page.
 */
export type ItemView = { key: AnswerKey, 
/**
 * `text`, `ruling`, `group`, … as in the definition.
 */
type: string, label: string, hint?: string, unit?: string, appearance?: string, 
/**
 * `false` only where a single changed question is told of: it does not apply any more.
 */
relevant: boolean, required: boolean, read_only: boolean, 
/**
 * Computed: shown, never typed.
 */
computed: boolean, 
/**
 * As stored; null when unanswered.
 */
answer: unknown, 
/**
 * As a person reads it: 和暦, labels, units.
 */
shown: string, fault?: AnswerFault, 
/**
 * The last visit's answer.
 */
last?: unknown, last_shown?: string, choices?: Array<ChoiceView>, 
/**
 * How many there are in all, when they are too many to carry.
 */
choice_count?: number, scale?: Scale, phrases?: Array<string>, max_count?: number, 
/**
 * A draft can be asked for.
 */
has_draft?: boolean, 
/**
 * Of a ruling's finding and photos: the ruling's key. They follow it in the list.
 */
part_of?: AnswerKey, 
/**
 * 年度 of a date, 令和8年度.
 */
fiscal_year?: string, 
/**
 * Of a group or matrix.
 */
items?: Array<ItemView>, 
/**
 * Of a repeat.
 */
instances?: Array<InstanceView>, 
/**
 * Of a repeat: a count decides, nobody adds or removes.
 */
counted?: boolean, };

/**
 * An answer that the finished record will not have.
 */
export type LeftOut = { key: AnswerKey, label: string, shown: string, 
/**
 * `hidden`: its question does not apply at present; `no-place`: its question or instance is not in this form.
 */
reason: string, };

/**
 * A list as written: `{"columns": ["value", "label", "label.en", "pref"], "rows": [["01", "…", …], …]}`.
 * `value` (or `name`) is the answer; labels of other languages are `label.en` and so on.
 */
export type ListDef = { columns: Array<string>, rows: Array<Array<string>>, 
/**
 * Of a long list that was published: its rows are records of their own.
 */
pieces?: ListPieces, };

/**
 * Where the rows of a list are.
 */
export type ListPieces = { 
/**
 * Names the content: the same rows have the same pieces, whatever the form's version.
 */
digest: string, 
/**
 * Of all pieces together.
 */
rows: number, pieces: number, };

/**
 * What a form is opened with.
 */
export type Opening = { env: Env, 
/**
 * `true` for a form that was never opened before: defaults and prefilled answers are put in.
 */
new?: boolean, 
/**
 * Stored answers (fields `a.`), hidden ones included; photos and signatures as lists of record ids.
 */
answers?: Record<string, unknown>, 
/**
 * Stored instances (fields `r.`).
 */
instances?: Record<string, number | null>, 
/**
 * The finished answers of the last visit.
 */
last?: Record<string, unknown>, last_instances?: Record<string, number | null>, };

/**
 * A group of the outermost level, or the questions between two of them.
 */
export type PageInfo = { 
/**
 * Place among the pages, from 0.
 */
page: number, label: string, progress: FormProgress, };

export type PageView = { page: number, label: string, items: Array<ItemView>, };

/**
 * One thing that is wrong. The text for a person is `error.<code>` of the catalogue.
 */
export type Problem = { code: string, 
/**
 * The question, group or list concerned; empty: the form.
 */
item: string, 
/**
 * The field of the definition: `relevant`, `calculate`, `choices` …; empty: the item itself.
 */
field: string, params: { [key in string]: string }, };

/**
 * A ruling that is still open.
 */
export type RestItem = { key: AnswerKey, label: string, group: string, };

/**
 * Yes, no, or an expression.
 */
export type Rule = boolean | string;

/**
 * The words of a ruling.
 */
export type Scale = "conform" | "good";
