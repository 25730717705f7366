import type { Fault, PlainKey } from '@ekitei/shared';

export interface Missing {
  staff: PlainKey | undefined;
  password: PlainKey | undefined;
}

/** What must be filled in before the server is asked. */
export function missing(staff: string, password: string): Missing {
  return {
    staff: staff.trim() === '' ? 'console.sign-in.staff-missing' : undefined,
    password: password === '' ? 'console.sign-in.password-missing' : undefined,
  };
}

/** Staff numbers come from full-width keyboards too. */
export const tidyStaff = (written: string): string => written.normalize('NFKC').trim();

/** A wrong pair empties the password; what else went wrong does not. */
export const emptiesPassword = (fault: Fault): boolean => fault.code === 'sign-in-wrong';
