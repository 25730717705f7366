// The console's requests against a real server that stalls.
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { request, requestFile, sendFile } from '../console/src/api/client';
import { OFFLINE } from '../console/src/api/fault';

/** A server on a free port; the page's own address is its own. */
let server;
/** Told when the head of an answer has come. */
let headed;
const serves = async (listener) => {
  server = createServer(listener);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  const real = globalThis.fetch;
  headed = gate();
  vi.stubGlobal('fetch', async (path, init) => {
    const response = await real(`http://127.0.0.1:${port}${path}`, init);
    headed.open();
    return response;
  });
};

function gate() {
  let open;
  const opened = new Promise((done) => (open = done));
  return { open: () => open(), opened };
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const faultOf = (asked) => asked.then(() => 'answered', (thrown) => thrown.fault.code);

describe('one request', () => {
  it('reads an answer, an empty one and a refusal', async () => {
    await serves((asked, answer) => {
      if (asked.url === '/api/empty') return answer.writeHead(204).end();
      if (asked.url === '/api/proxy') return answer.writeHead(502).end('<html>');
      if (asked.url === '/api/refused') return answer.writeHead(403).end('{"code":"not-allowed","params":{},"cure":"ask"}');
      return answer.end('{"n":1}');
    });
    expect(await request('GET', '/one')).toEqual({ n: 1 });
    expect(await request('DELETE', '/empty')).toBeUndefined();
    expect(await faultOf(request('GET', '/refused'))).toBe('not-allowed');
    expect(await faultOf(request('GET', '/proxy'))).toBe('answer-unreadable');
  });

  it('gives up an answer whose rest never comes, as one that never began', async () => {
    await serves((asked, answer) => {
      answer.writeHead(asked.url === '/api/refused' ? 409 : 200, { 'content-length': '100' });
      answer.write('{"n":');
    });
    for (const path of ['/one', '/refused']) {
      headed = gate();
      const asked = faultOf(request('POST', path, { body: {} }));
      await headed.opened;
      // Whoever asked has the head by then, and waits for the rest.
      await new Promise((done) => setImmediate(done));
      vi.advanceTimersByTime(20_000);
      expect(await asked).toBe(OFFLINE);
    }
  });

  it('waits longer for a file, as long as a weak line needs', async () => {
    const came = gate();
    let answered;
    await serves((asked, answer) => {
      asked.resume().on('end', () => {
        answered = () => answer.end('{"id":"1"}');
        came.open();
      });
    });
    const sent = sendFile('/files', new Blob([new Uint8Array(400_000)]));
    await came.opened;
    vi.advanceTimersByTime(219_000);
    answered();
    expect(await sent).toEqual({ id: '1' });
  });

  it('sets no limit to a file that comes', async () => {
    let rest;
    const began = gate();
    await serves((_, answer) => {
      answer.write('half');
      rest = () => answer.end('half');
      began.open();
    });
    const file = requestFile('/zip', {});
    await began.opened;
    vi.advanceTimersByTime(3_600_000);
    rest();
    expect(await (await file).text()).toBe('halfhalf');
  });
});
