import { hrefOf } from '../../lib/router';
import type { IconName, SearchHit } from '@ekitei/shared';

/**
 * What to look for while a word is still being composed: the letters at its end that are not kana yet (「さt」) would
 * find nothing and are left out. The field itself is never touched.
 */
export function queryOf(value: string, composing: boolean): string {
  const text = value.trim();
  return composing ? text.replace(/[a-zａ-ｚ]+$/i, '') : text;
}

export interface Piece {
  text: string;
  hit: boolean;
}

const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ァ-ヶ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));

/** Marks what was found, in the text as written: width, case and kind of kana do not matter, as in the index. */
export function marked(text: string, query: string): Piece[] {
  const wanted = fold(query);
  if (wanted === '') return [{ text, hit: false }];
  // Folding may change lengths (㌔ → キロ): a map leads each folded letter back to the written one.
  const origin: number[] = [];
  let folded = '';
  let at = 0;
  for (const letter of text) {
    const one = fold(letter);
    for (let index = 0; index < one.length; index += 1) origin.push(at);
    folded += one;
    at += letter.length;
  }
  origin.push(text.length);
  const pieces: Piece[] = [];
  let written = 0;
  for (let found = folded.indexOf(wanted); found >= 0; found = folded.indexOf(wanted, found + wanted.length)) {
    const from = origin[found] ?? 0;
    const to = origin[found + wanted.length] ?? text.length;
    if (from > written) pieces.push({ text: text.slice(written, from), hit: false });
    pieces.push({ text: text.slice(from, to), hit: true });
    written = to;
  }
  if (written < text.length) pieces.push({ text: text.slice(written), hit: false });
  return pieces;
}

/** What the excerpt says beyond the title; empty when it only repeats it, as a caption or a note without a title does. */
export function excerptBeside(title: string, excerpt: string): string {
  const said = excerpt.replace(/^…|…$/g, '').trim();
  if (said === '' || title.includes(said)) return '';
  return excerpt.startsWith(title) ? excerpt.slice(title.length).replace(/^[。、\s]+/, '') : excerpt;
}

export function hitHref(hit: SearchHit): string {
  if (hit.kind === 'note') return hrefOf('note', hit.id);
  if (hit.kind === 'photo') return hrefOf('photo', hit.id, { case: hit.case });
  if (hit.kind === 'visit') return hrefOf('visit', hit.id, { case: hit.case });
  if (hit.kind === 'message') return hrefOf('room', hit.room, { at: hit.id });
  return hrefOf('case', hit.case ?? hit.id);
}

export function hitIcon(kind: string): IconName {
  if (kind === 'note') return 'note';
  if (kind === 'photo') return 'photo';
  if (kind === 'message') return 'chat';
  return kind === 'visit' ? 'place' : 'case';
}
