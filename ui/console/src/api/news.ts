// What hints of the office are about, by their scopes. `undefined`: anything may be new.
export type News = ReadonlySet<string> | undefined;

const any = (news: News, starts: readonly string[]): boolean => news === undefined || [...news].some((scope) => starts.some((one) => scope.startsWith(one)));

/** What is said in one room, and one's own messages of it that wait: they stand in one's own scope. */
export const aboutRoom = (news: News, id: string): boolean => news === undefined || news.has(`room:${id}`) || any(news, ['user:']);

/** The list of rooms: what was said last, and the rooms that one comes into by oneself or with one's section. */
export const aboutRooms = (news: News): boolean => any(news, ['room:', 'user:', 'section:']);

/** Anything that is not said in a room. */
export const besideRooms = (news: News): boolean => news === undefined || [...news].some((scope) => !scope.startsWith('room:'));

/** Collects hints until they are told of all at once. */
export class Gathered {
  private scopes: Set<string> | undefined = new Set();

  /** `undefined`: anything. */
  add(scope: string | undefined): void {
    if (scope === undefined) this.scopes = undefined;
    else this.scopes?.add(scope);
  }

  take(): News {
    const taken = this.scopes;
    this.scopes = new Set();
    return taken;
  }
}

/** The scope of a hint as the office sends it; of what cannot be read, `undefined`. */
export function scopeOf(hint: unknown): string | undefined {
  try {
    const { scope } = JSON.parse(String(hint)) as { scope?: unknown };
    return typeof scope === 'string' ? scope : undefined;
  } catch {
    return undefined;
  }
}
