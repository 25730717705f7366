// The peer's phone: PouchDB over LevelDB. Prints one JSON line; only the named work is inside the clock.
// node pouch-phone.mjs write FOLDER NOTES.jsonl      local database from JSON lines
// node pouch-phone.mjs push|pull FOLDER URL BATCH    one replication
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { mkdirSync } from 'node:fs';
import PouchDB from 'pouchdb';

const [verb, folder, where, batch] = process.argv.slice(2);
mkdirSync(dirname(folder), { recursive: true });
const local = new PouchDB(folder);
// Opened before the clock starts, as Ekitei's phone is enrolled before its own.
await local.info();

let answer;
if (verb === 'write') {
  const lines = readFileSync(where, 'utf8').split('\n').filter(Boolean);
  const notes = lines.map((line) => ({ _id: crypto.randomUUID(), type: 'note', ...JSON.parse(line) }));
  const began = performance.now();
  for (let at = 0; at < notes.length; at += 500) {
    const results = await local.bulkDocs(notes.slice(at, at + 500));
    if (results.some((result) => !result.ok)) throw new Error('a note was not written');
  }
  answer = { ms: performance.now() - began, docs: notes.length };
} else {
  const options = { batch_size: Number(batch) };
  const began = performance.now();
  const result = verb === 'push' ? await local.replicate.to(where, options) : await local.replicate.from(where, options);
  const ms = performance.now() - began;
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  answer = { ms, docs: verb === 'push' ? result.docs_written : (await local.allDocs()).rows.length };
}
await local.close();
console.log(JSON.stringify(answer));
