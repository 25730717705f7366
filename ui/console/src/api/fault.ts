// What went wrong, as the one shape that screens put into words.
import { errorText, tMaybe, type Fault } from '@ekitei/shared';

/** The server refused, or did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly fault: Fault,
    /** 0: no answer at all. */
    readonly status: number,
  ) {
    super(fault.code);
  }
}

/** The office server did not answer (restarting, or the line to it is cut). Minted here. */
export const OFFLINE = 'office-silent';

export function offline(): ApiError {
  return new ApiError({ code: OFFLINE, params: {}, cure: 'retry' }, 0);
}

/** It may pass by itself: the office restarts, the line comes back, a turn becomes free. */
export const passes = (fault: Fault): boolean => fault.cure !== 'ask';

export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof ApiError) return thrown.fault;
  return { code: 'screen-fault', params: { detail: thrown instanceof Error ? thrown.message : String(thrown) }, cure: 'ask' };
}

/** On a PC some codes need other words than on a phone. */
export function faultText(fault: Fault): string {
  return tMaybe(`console.error.${fault.code}`, fault.params ?? {}) ?? errorText(fault);
}

/** Reads an answer's fault; what is no fault (a proxy's page) becomes one. */
export function faultFrom(status: number, body: unknown): ApiError {
  if (typeof body === 'object' && body !== null && typeof (body as { code?: unknown }).code === 'string') {
    const { code, params, cure } = body as { code: string; params?: Record<string, string>; cure?: Fault['cure'] };
    return new ApiError({ code, params: params ?? {}, cure: cure ?? 'ask' }, status);
  }
  const later = status >= 500 || status === 408 || status === 429;
  return new ApiError({ code: 'answer-unreadable', params: { status: String(status) }, cure: later ? 'retry' : 'ask' }, status);
}
