// The office's uploads, proven by public tus clients that know nothing of Ekitei: tus-js-client (npm) and tuspy (PyPI).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { Upload } from 'tus-js-client';
import { Device, mintId, sha256 } from '../lib/device.mjs';
import { runProgram, startOffice } from '../lib/programs.mjs';

let office;
let device;
let scope;
let shots;

before(async () => {
  office = await startOffice();
  device = await new Device(office.url).enrol(await office.newCode('s-1001'));
  await device.signIn();
  const header = (await device.pull('user:s-1001')).find((record) => record.kind === 'assignment' || record.kind === 'case_header');
  scope = `case:${header.parent}`;
  const folder = mkdtempSync(join(office.dir, 'shots-'));
  await runProgram('scenes', ['--out', folder, '--count', '3', '--long', '1600']);
  shots = readdirSync(folder).sort().map((name) => join(folder, name));
});

after(() => office?.stop());

/** A photo record whose original is this file; answers the upload's metadata. */
async function announce(file) {
  const bytes = readFileSync(file);
  const record = mintId();
  const at = new Date(Date.now() + 9 * 3_600_000).toISOString().replace('Z', '+09:00');
  const fields = { caption: '公開クライアント', taken_at: at, format: 'jpeg', 'sha256.original': sha256(bytes), 'bytes.original': bytes.length };
  const [result] = await device.push([{ op_id: mintId(), record, at, op: 'create', kind: 'photo', scope, fields }]);
  assert.equal(result.result, 'applied', JSON.stringify(result));
  return { record, bytes, metadata: { record, variant: 'original', sha256: sha256(bytes), cipher_sha256: sha256(bytes) } };
}

async function arrived({ record, bytes }) {
  assert.deepEqual(await device.bytesOf(record, 'original'), bytes);
  const seen = (await device.pull(scope)).find((one) => one.id === record);
  assert.ok(seen.fields['office.original_at'], JSON.stringify(seen.fields));
}

test('tus-js-client uploads in chunks, is cut, and goes on from the byte the office names', async () => {
  const photo = await announce(shots[0]);
  const options = {
    endpoint: `${office.url}/v1/uploads`,
    headers: device.authorization,
    metadata: photo.metadata,
    chunkSize: 50_000,
    retryDelays: null,
  };
  const url = await new Promise((resolve, reject) => {
    const upload = new Upload(photo.bytes, {
      ...options,
      onError: reject,
      onChunkComplete: () => upload.abort().then(() => resolve(upload.url), reject),
    });
    upload.start();
  });
  const sent = [];
  await new Promise((resolve, reject) => {
    new Upload(photo.bytes, { ...options, uploadUrl: url, onError: reject, onSuccess: resolve, onProgress: (at) => sent.push(at) }).start();
  });
  assert.ok(sent[0] >= 50_000, `went on from ${sent[0]}`);
  await arrived(photo);
});

test('a file that is not what was announced is refused and leaves nothing', async () => {
  const photo = await announce(shots[1]);
  const wrong = Buffer.from(photo.bytes);
  wrong[wrong.length >> 1] ^= 0xff;
  const failure = await new Promise((resolve, reject) => {
    new Upload(wrong, {
      endpoint: `${office.url}/v1/uploads`, headers: device.authorization, metadata: photo.metadata, retryDelays: null,
      onError: resolve, onSuccess: () => reject(new Error('taken')),
    }).start();
  });
  assert.equal(failure.originalResponse.getStatus(), 460, String(failure));
  await assert.rejects(device.bytesOf(photo.record, 'original'));
});

test('tuspy uploads in chunks and resumes', async () => {
  const photo = await announce(shots[2]);
  const script = fileURLToPath(new URL('./tuspy_upload.py', import.meta.url));
  const python = process.env.EKITEI_PYTHON ?? 'python3';
  const said = execFileSync(python, [script, `${office.url}/v1/uploads`, device.token, shots[2], JSON.stringify(photo.metadata)], { encoding: 'utf8' });
  assert.equal(Number(said.trim()), photo.bytes.length);
  await arrived(photo);
});
