// A phone without our programs: enrols, signs for a token and pushes, as docs/PROTOCOL.md tells anyone to.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

// The example recipient of the age documentation: this phone reads nothing that is sealed to it.
const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

/** UUID version 7, as devices mint them. */
export function mintId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function json(response) {
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(`${response.status} ${JSON.stringify(body)}`), { fault: body });
  return body;
}

export class Device {
  constructor(url) {
    this.url = url;
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.privateKey = privateKey;
    this.publicKey = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url').toString('base64');
    this.sequence = 0;
  }

  async post(path, body, headers = {}) {
    return fetch(this.url + path, { method: 'POST', headers, body });
  }

  async enrol(code, recipient = RECIPIENT) {
    const wish = { code, public_key: this.publicKey, recipient, model: 'public tus client' };
    const reply = await json(await this.post('/v1/enrol', JSON.stringify(wish), { 'content-type': 'application/json' }));
    Object.assign(this, { id: reply.device_id, epoch: reply.epoch, staff: reply.staff });
    return this;
  }

  async #token(challenge) {
    const message = Buffer.from(`ekitei-token\n${this.id}\n${challenge}`);
    const signature = sign(null, message, this.privateKey).toString('base64');
    const wish = JSON.stringify({ device_id: this.id, challenge, signature });
    return json(await this.post('/v1/token', wish, { 'content-type': 'application/json' }));
  }

  async signIn() {
    try {
      this.token = (await this.#token('')).token;
    } catch (refused) {
      if (refused.fault?.code !== 'challenge') throw refused;
      this.token = (await this.#token(refused.fault.params.challenge)).token;
    }
    return this;
  }

  get authorization() {
    return { authorization: `Bearer ${this.token}` };
  }

  /** Operations of lane 2; answers the results. */
  async push(operations) {
    const header = { proto: 1, epoch: this.epoch, lane: 2, generation: 1, first: this.sequence + 1, count: operations.length };
    const lines = [header, ...operations].map((line) => JSON.stringify(line)).join('\n');
    const response = await this.post('/v1/push', lines, { 'content-type': 'application/x-ndjson', ...this.authorization });
    const text = await response.text();
    if (!response.ok) throw new Error(`push: ${response.status} ${text}`);
    this.sequence += operations.length;
    return text.trim().split('\n').slice(1).map((line) => JSON.parse(line));
  }

  /** Every record of a scope. */
  async pull(scope) {
    const wish = { proto: 1, epoch: this.epoch, want: [{ scope }], max_bytes: 1 << 20 };
    const response = await this.post('/v1/pull', JSON.stringify(wish), { 'content-type': 'application/json', ...this.authorization });
    const lines = (await response.text()).trim().split('\n').map((line) => JSON.parse(line));
    return lines.filter((line) => line.kind !== undefined);
  }

  async bytesOf(record, variant) {
    const response = await fetch(`${this.url}/v1/records/${record}/bytes/${variant}`, { headers: this.authorization });
    if (!response.ok) throw new Error(`bytes: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }
}
