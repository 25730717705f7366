// The ways into an inspection from Today, a visit and a case.
import type { IconName, InspectionRow, VisitForm } from '@ekitei/shared';
import { hrefOf } from '../../lib/router';

/** Where a tap on a visit's form leads; undefined: the form has not come to this phone. */
export function beginHref(one: VisitForm, caseId: string, visit: string): string | undefined {
  if (one.inspection) return hrefOf('inspection', one.inspection.id);
  return one.form_version ? hrefOf('inspection', 'new', { case: caseId, visit, form: one.form_version }) : undefined;
}

/** A visit with exactly one planned form is opened from Today at once. */
export function onlyForm(forms: readonly VisitForm[]): VisitForm | undefined {
  const [only, second] = forms;
  return second ? undefined : only;
}

export const STATE_MARKS: Record<InspectionRow['state'], { tone: 'plain' | 'going' | 'ok' | 'warn'; icon: IconName }> = {
  draft: { tone: 'plain', icon: 'pen' },
  finished: { tone: 'going', icon: 'check' },
  circulated: { tone: 'going', icon: 'send' },
  accepted: { tone: 'ok', icon: 'check-double' },
  returned: { tone: 'warn', icon: 'undo' },
};
