// Between a message and the case, note or inspection that it points to.
import { core, errorText, faultOf, toast, type CaseOffer, type ChatLink, type LinkView } from '@ekitei/shared';
import { go } from '../../lib/navigation.svelte';
import type { Page } from '../../lib/router';
import { caseSubtitle, caseTitle } from '../../lib/words';

/** Opens it, or the case that it belongs to; false: neither is on this phone, or may not be. */
export async function openLink(link: LinkView): Promise<boolean> {
  try {
    if (link.kind === 'case') return await shown(core('case_card', { case: link.id, limit: 1 }), 'case', link.id);
    const found =
      link.kind === 'note' ? await shown(core('note_get', { id: link.id }), 'note', link.id)
      : link.kind === 'inspection' ? await shown(core('inspection_get', { id: link.id }), 'inspection', link.id)
      : false;
    if (found || !link.case) return found;
    return await shown(core('case_card', { case: link.case, limit: 1 }), 'case', link.case);
  } catch (thrown) {
    toast(errorText(faultOf(thrown)));
    return true;
  }
}

async function shown(asked: Promise<unknown>, page: Page, id: string): Promise<boolean> {
  try {
    await asked;
  } catch (thrown) {
    if (faultOf(thrown).code.endsWith('-unknown')) return false;
    throw thrown;
  }
  go(page, id);
  return true;
}

/** The address of the choice of a room for it. */
export const sendHref = (link: ChatLink): Record<string, string> => ({ kind: link.kind, of: link.id, label: link.label, ...(link.case ? { case: link.case } : {}) });

export function linkIn(query: Readonly<Record<string, string>>): ChatLink | undefined {
  const { kind, of, label } = query;
  return kind && of && label ? { kind, id: of, label, ...(query.case ? { case: query.case } : {}) } : undefined;
}

/** Cases on this phone, as the choosers offer them. */
export async function findCases(filter: string): Promise<CaseOffer[]> {
  const rows = await core('case_list', { filter, followed_only: false });
  return rows.map((row) => ({ ...row, title: caseTitle(row), text: caseSubtitle(row), whole: caseTitle(row) }));
}
