// Between a message and the case, note or inspection that it points to.
import { toast } from '@ekitei/shared';
import type { Link } from '../../api/chat-types';
import { ApiError, faultOf, faultText } from '../../api/fault';
import { inspections } from '../../api/inspections';
import { office } from '../../api/office';
import { go } from '../../lib/navigation.svelte';

/** Opens it, or the case that it belongs to; false: the person may see neither, or it was deleted. */
export async function openLink(link: Link): Promise<boolean> {
  try {
    if (link.kind === 'inspection' && (await there(inspections.one(link.id)))) {
      go('inspection', link.id);
      return true;
    }
    const of = link.kind === 'case' ? link.id : link.case;
    if (!of || !(await there(office.timeline(of, 1)))) return false;
    go('case', of, link.kind === 'note' ? { note: link.id } : {});
    return true;
  } catch (thrown) {
    toast(faultText(faultOf(thrown)));
    return true;
  }
}

/** 404: not there, or not for this person. */
async function there(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (thrown) {
    if (thrown instanceof ApiError && (thrown.status === 404 || thrown.status === 403)) return false;
    throw thrown;
  }
}
