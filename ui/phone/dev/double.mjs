// A stand-in for the host while screens are drawn: `node phone/dev/double.mjs [port] [locked|fresh|empty]`. Never bundled,
// never used by tests; everything is invented and lives in memory.
import { createServer } from 'node:http';
import { readFileSync, existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import { seed } from './seed.mjs';

const port = Number(process.argv[2] ?? 5399);
const mode = process.argv[3] ?? '';
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const db = seed(mode);
const listeners = new Set();
const hint = (changed) => listeners.forEach((response) => response.write(`data: ${JSON.stringify({ changed })}\n\n`));
const now = () => new Date(Date.now() + 9 * 3600e3).toISOString().replace('Z', '+09:00');
const fault = (code, params = {}) => Object.assign(new Error(code), { fault: { code, params, cure: 'ask' } });

const waiting = () => {
  const rows = db.queue;
  return {
    notes: rows.filter((row) => row.what === 'note').length,
    photos: rows.filter((row) => row.what === 'photo').length,
    items: rows.length,
    bytes: rows.reduce((sum, row) => sum + row.bytes - row.sent_bytes, 0),
    oldest_at: rows.map((row) => row.since).sort()[0] ?? null,
    parked: rows.filter((row) => row.parked).length,
  };
};
const status = () => ({
  enrolled: db.enrolled, locked: db.locked, me: db.enrolled && !db.locked ? db.me : null, device_id: db.enrolled ? db.device : null,
  server: db.enrolled ? 'https://ekitei.example.jp' : null, waiting: waiting(), line: db.line, last_contact_at: db.lastContact,
  next_try_at: null, last_fault: db.line === 'offline' ? { code: 'line-down', cure: 'retry' } : null, conflicts: db.conflicts.length,
  keystore: 'file', notices: db.notices, skew_ms: 1200, version: '0.1.0',
});
const caseOf = (id) => db.cases.find((one) => one.id === id) ?? (() => { throw fault('record-unknown'); })();
const enqueue = (what, title, caseId, bytes = 900) => {
  db.queue.push({ item: randomUUID(), lane: what === 'original' ? 4 : 2, what, title, case_number: db.cases.find((c) => c.id === caseId)?.number ?? '', since: now(), bytes, sent_bytes: 0, frozen: false, parked: null });
  hint('queue');
};

const calls = {
  status, enrol: (a) => { if (a.code === '000000') throw fault('code-unknown'); Object.assign(db, seed(''), { enrolled: true, locked: false }); return status(); },
  unlock: (a) => { if (a.pin !== '135790') throw fault('pin-wrong', { left: '4' }); db.locked = false; return status(); },
  lock: () => { db.locked = true; return status(); },
  change_pin: () => ({}), forget_pin: () => { db.enrolled = false; return status(); },
  today: () => ({ today: now().slice(0, 10), visits: db.visits.filter((v) => v.today), cases: db.cases.filter((c) => c.assigned), drafts: db.notes.filter((n) => !n.case), waiting: waiting(), last_contact_at: db.lastContact }),
  case_list: (a) => db.cases.filter((c) => (!a.followed_only || c.followed) && `${c.number}${c.name}${c.place}`.includes(a.filter)),
  case_card: ({ case: id }) => {
    const photos = db.photos.filter((p) => p.case === id);
    const entries = [
      ...db.visits.filter((v) => v.case === id).map((v) => ({ kind: 'visit', at: v.planned_at, visit: v.id, note: null, photo: null, visit_view: v })),
      ...db.notes.filter((n) => n.case === id).map((n) => ({ kind: 'note', at: n.written_at, visit: n.visit, note: n, photo: null, visit_view: null })),
      ...photos.map((p) => ({ kind: 'photo', at: p.taken_at, visit: p.visit, note: null, photo: p, visit_view: null })),
    ].sort((a, b) => (a.at < b.at ? 1 : -1));
    return { case: caseOf(id), entries, photos: { total: photos.length, arrived: photos.filter((p) => p.progress !== 'waiting').length, at_office: photos.filter((p) => p.progress === 'filed').length }, conflicts: db.conflicts.filter((c) => c.case === id).length };
  },
  case_follow: ({ number }) => { const one = db.cases.find((c) => c.number === number); if (!one) throw fault('case-unknown', { number }); one.followed = true; return one; },
  case_unfollow: ({ case: id }) => { caseOf(id).followed = false; return {}; },
  visit_create: (a) => { const c = caseOf(a.case); const v = { id: randomUUID(), case: c.id, case_number: c.number, case_name: c.name, place: c.place, title: a.title, planned_at: a.planned_at, state: 'planned', people: [db.me.id], progress: 'waiting', today: a.planned_at.startsWith(now().slice(0, 10)) }; db.visits.push(v); enqueue('visit', a.title, c.id); return v; },
  visit_state: ({ id, state }) => Object.assign(db.visits.find((v) => v.id === id), { state }),
  note_get: ({ id }) => db.notes.find((n) => n.id === id) ?? (() => { throw fault('record-unknown'); })(),
  note_save: (a) => {
    let note = db.notes.find((n) => n.id === a.id);
    if (!note) { note = { id: randomUUID(), case: a.case ?? null, visit: a.visit ?? null, title: '', text: '', strokes: null, template: null, written_at: now(), finished_at: null, author: db.me.name, progress: 'waiting', conflicted: false }; db.notes.push(note); enqueue('note', a.title || 'メモ', a.case); }
    for (const key of ['title', 'text', 'strokes', 'template']) if (a[key] !== undefined) note[key] = a[key];
    return note;
  },
  note_finish: ({ id }) => Object.assign(calls.note_get({ id }), { finished_at: now() }),
  note_delete: ({ id }) => { db.notes = db.notes.filter((n) => n.id !== id); return {}; },
  note_publish: (a) => Object.assign(calls.note_get(a), { case: a.case }),
  draft_save: ({ key, value }) => { db.drafts.set(key, value); return {}; },
  draft_load: ({ key }) => ({ value: db.drafts.get(key) ?? null }),
  draft_drop: ({ key }) => { db.drafts.delete(key); return {}; },
  capture_begin: () => ({ name: `${randomUUID()}.jpg` }),
  photo_add: (a) => a.names.map((name) => { const bytes = db.inbox.get(name); if (!bytes) throw fault('inbox-missing', { name }); const p = { id: randomUUID(), case: a.case ?? null, visit: a.visit ?? null, note: a.note ?? null, caption: a.caption, taken_at: now(), width: 4000, height: 3000, lat: null, lon: null, author: db.me.name, progress: 'waiting', variants: [], filed: null }; db.bytes.set(p.id, bytes); db.photos.push(p); enqueue('photo', a.caption || '写真', a.case, 3_900_000); hint('cases'); return p; }),
  photo_caption: ({ id, caption }) => Object.assign(db.photos.find((p) => p.id === id), { caption }),
  photo_delete: ({ id }) => { db.photos = db.photos.filter((p) => p.id !== id); return {}; },
  photo_list: ({ case: id }) => db.photos.filter((p) => p.case === id),
  queue: () => ({ rows: db.queue, waiting: waiting(), next_try_at: null, last_fault: status().last_fault }),
  queue_retry: (a) => { db.queue.forEach((row) => { if (row.item === a.item) row.parked = null; }); return calls.queue(); },
  queue_cancel: (a) => { db.queue = db.queue.filter((row) => row.item !== a.item); return calls.queue(); },
  conflicts: () => db.conflicts, conflict_resolve: ({ id }) => { db.conflicts = db.conflicts.filter((c) => c.id !== id); return {}; },
  search: ({ query }) => [...db.notes.filter((n) => `${n.title}${n.text}`.includes(query)).map((n) => ({ id: n.id, kind: 'note', case: n.case, case_number: db.cases.find((c) => c.id === n.case)?.number ?? '', title: n.title, excerpt: n.text.slice(Math.max(0, n.text.indexOf(query) - 12), n.text.indexOf(query) + 40), at: n.written_at })), ...db.photos.filter((p) => p.caption.includes(query)).map((p) => ({ id: p.id, kind: 'photo', case: p.case, case_number: db.cases.find((c) => c.id === p.case)?.number ?? '', title: '', excerpt: p.caption, at: p.taken_at })), ...db.cases.filter((c) => `${c.number}${c.name}${c.place}`.includes(query)).map((c) => ({ id: c.id, kind: 'case', case: c.id, case_number: c.number, title: c.name, excerpt: c.place, at: now() }))],
  directory: () => [], sync_now: () => { if (db.line === 'offline') return { drained: false, fault: { code: 'line-down', cure: 'retry' }, waiting: waiting() }; db.queue = []; db.lastContact = now(); return { drained: true, fault: null, waiting: waiting() }; },
  settings_get: () => db.settings, settings_set: (a) => (db.settings = a),
};

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const body = async (request) => { const parts = []; for await (const part of request) parts.push(part); return Buffer.concat(parts); };
const json = (response, value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

createServer(async (request, response) => {
  const path = new URL(request.url, 'http://x').pathname;
  if (path === '/bridge') {
    const { call, args } = JSON.parse(await body(request));
    try {
      if (!calls[call]) throw fault('call-unknown', { call });
      if (db.locked && !['status', 'unlock', 'forget_pin', 'queue'].includes(call)) throw fault('locked');
      return json(response, { ok: calls[call](args) });
    } catch (error) {
      if (!error.fault) console.error(call, error);
      return json(response, { err: error.fault ?? { code: 'internal', params: { detail: String(error) }, cure: 'ask' } });
    }
  }
  if (path === '/events') { response.writeHead(200, { 'content-type': 'text/event-stream' }); listeners.add(response); request.on('close', () => listeners.delete(response)); return; }
  if (path.startsWith('/inbox/')) { const name = decodeURIComponent(path.slice(7)); db.inbox.set(name, await body(request)); return json(response, { ok: { name } }); }
  if (path === '/ready-shots') return json(response, { ok: [...db.scenes.keys()] });
  if (path.startsWith('/ready-shots/')) { const name = decodeURIComponent(path.slice(13)); db.inbox.set(name, db.scenes.get(name)); return json(response, { ok: { name } }); }
  if (path === '/facts') return json(response, { ok: { battery_percent: 50, charging: false, hotspot: false } });
  if (path.startsWith('/media/')) { const bytes = db.bytes.get(path.split('/')[2]); if (!bytes) return response.writeHead(404).end(); return response.writeHead(200, { 'content-type': bytes[0] === 0x3c ? 'image/svg+xml' : 'image/jpeg' }).end(bytes); }
  const file = join(dist, path === '/' ? 'index.html' : path);
  if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': CSP }).end(readFileSync(file));
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));
