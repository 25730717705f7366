// Files that a person attached in this tab, so that a reload loses none. They lie encrypted in the browser's database,
// because its own storage of a tab is too small for them. The key lies there (see kept.ts): it goes with the tab, with
// signing out and when somebody else signs in, and what it opened is deleted then, or at the next start after a day.
import { keep, recall } from './kept';

interface Row {
  id: string;
  person: string;
  atMs: number;
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

const DATABASE = 'ekitei-files';
const ROWS = 'files';
const KEY = 'files-key';
/** No session of the console lasts longer. */
const OLD_MS = 24 * 3_600_000;

const settled = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error('database'));
  });

async function withRows<T>(mode: IDBTransactionMode, work: (rows: IDBObjectStore) => Promise<T>): Promise<T> {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(ROWS, { keyPath: 'id' });
  const db = await settled(asked);
  try {
    return await work(db.transaction(ROWS, mode).objectStore(ROWS));
  } finally {
    db.close();
  }
}

const KIND = { name: 'AES-GCM', length: 256 };

async function keyOf(person: string, make: boolean): Promise<CryptoKey | undefined> {
  const known = recall(person, KEY);
  if (typeof known === 'object' && known !== null) return crypto.subtle.importKey('jwk', known, KIND, true, ['encrypt', 'decrypt']);
  if (!make) return undefined;
  const fresh = await crypto.subtle.generateKey(KIND, true, ['encrypt', 'decrypt']);
  const jwk = await crypto.subtle.exportKey('jwk', fresh);
  // Two files at once: the first key counts.
  if (recall(person, KEY) !== undefined) return keyOf(person, false);
  keep(person, KEY, jwk);
  return fresh;
}

/** Best effort: where it cannot be kept it is still in memory, and leaving the page asks first. */
export async function keepFile(person: string | undefined, id: string, file: File): Promise<void> {
  if (!person) return;
  try {
    const key = await keyOf(person, true);
    if (!key) return;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, await file.arrayBuffer());
    await withRows('readwrite', (rows) => settled(rows.put({ id, person, atMs: Date.now(), iv, bytes } satisfies Row)));
  } catch {
    // Full or switched off.
  }
}

/** Nothing: it was not kept, or cannot be read any more. */
export async function recallFile(person: string | undefined, id: string, name: string, type: string): Promise<File | undefined> {
  if (!person) return undefined;
  try {
    const key = await keyOf(person, false);
    const row = await withRows('readonly', (rows) => settled<Row | undefined>(rows.get(id)));
    if (!key || !row) return undefined;
    return new File([await crypto.subtle.decrypt({ name: 'AES-GCM', iv: row.iv }, key, row.bytes)], name, { type });
  } catch {
    return undefined;
  }
}

export async function dropFiles(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  try {
    await withRows('readwrite', async (rows) => {
      await Promise.all(ids.map((id) => settled(rows.delete(id))));
    });
  } catch {
    // It is swept away later.
  }
}

/** Nothing of anybody but `person` stays, and nothing old. */
export async function sweepFiles(person = '', nowMs = Date.now()): Promise<void> {
  try {
    await withRows('readwrite', async (rows) => {
      const all = await settled<Row[]>(rows.getAll());
      const gone = all.filter((one) => one.person !== person || one.atMs < nowMs - OLD_MS);
      await Promise.all(gone.map((one) => settled(rows.delete(one.id))));
    });
  } catch {
    // Switched off: nothing lies there.
  }
}
