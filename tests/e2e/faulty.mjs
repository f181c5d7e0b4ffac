// Faults that sources have, for the tests of the feeds: each has a name, does its harm to a real
// connection, and says what the program's log must tell of it.
import { gzipSync } from 'node:zlib';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';

// ------------------------------------------------------------------------- HTTP

const html = '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>503</body></html>';

function send(res, status, headers, body) {
  res.writeHead(status, headers);
  res.end(body);
}

// Writes a byte a second, until the other side goes.
function drip(res, body) {
  let at = 0;
  const timer = setInterval(() => res.write(body.subarray(at, ++at)), 1000);
  res.on('close', () => clearInterval(timer));
}

const json = { 'Content-Type': 'application/json' };
const status = (code, headers = {}) => (_source, _req, res) =>
  send(res, code, { ...json, ...headers }, JSON.stringify({ error: `status ${code}` }));

// harm(source, req, res, answer): `answer` is what the source would have said. `told`: what the log
// says of it. `wait_s`: at least so long nobody may call again. `slow`: it takes the program long to
// give up. `secretless`: the answer is led to another origin, where no secret may go.
export const httpFaults = {
  html: { told: /HTML/, harm: (_s, _q, res) => send(res, 200, { 'Content-Type': 'text/html' }, html) },
  htmlAsJson: { told: /HTML/, harm: (_s, _q, res) => send(res, 200, json, html) },
  cut: { told: /next try/,
    harm: (_s, _q, res, answer) =>
      send(res, 200, answer.headers, answer.body.subarray(0, answer.body.length >> 1)) },
  empty: { told: /next try/, harm: (_s, _q, res, answer) => send(res, 200, answer.headers, '') },
  rubbish: { told: /next try/,
    harm: (_s, _q, res, answer) => send(res, 200, answer.headers, Buffer.from([0, 255, 254, 10, 92])) },
  short: { told: /next try/, // breaks off before the length that it told
    harm(_s, _q, res, answer) {
      res.writeHead(200, { ...answer.headers, 'Content-Length': answer.body.length });
      res.write(answer.body.subarray(0, answer.body.length >> 1), () => res.destroy());
    } },
  brokenGzip: { told: /next try/,
    harm(_s, _q, res, answer) {
      const packed = gzipSync(answer.body);
      packed.fill(0x55, packed.length >> 1);
      send(res, 200, { ...answer.headers, 'Content-Encoding': 'gzip' }, packed);
    } },
  bomb: { told: /limit|over/,
    harm: (_s, _q, res, answer) =>
      send(res, 200, { ...answer.headers, 'Content-Encoding': 'gzip' }, bomb()) },
  large: { told: /limit|over/,
    harm(_s, _q, res, answer) {
      res.writeHead(200, answer.headers);
      const chunk = Buffer.alloc(1 << 20, ' ');
      let left = 64;
      const more = () => {
        while (left-- > 0) if (!res.write(chunk)) return void res.once('drain', more);
        res.end();
      };
      more();
    } },
  redirectLoop: { told: /redirect|30[1278]/,
    harm: (_s, req, res) => send(res, 302, { Location: req.url }, '') },
  redirectAway: { told: /redirect|30[1278]|next try/, secretless: true,
    harm: (source, req, res) => send(res, 302, { Location: `${source.elsewhere}${req.url}` }, '') },
  401: { told: /401/, harm: status(401) },
  403: { told: /403/, harm: status(403) },
  404: { told: /404/, harm: status(404) },
  429: { told: /429/, wait_s: 2, harm: status(429, { 'Retry-After': '2' }) },
  500: { told: /500/, harm: status(500) },
  502: { told: /502/, harm: status(502) },
  503: { told: /503/, wait_s: 2, harm: status(503, { 'Retry-After': '2' }) },
  reset: { told: /next try/, harm: (_s, req) => req.socket.resetAndDestroy() },
  closed: { told: /next try/, harm: (_s, req) => req.socket.destroy() },
  notHttp: { told: /next try/, harm: (_s, req) => req.socket.end('SSH-2.0-OpenSSH_9.2\r\n') },
  slow: { told: /next try/, slow: true,
    harm(_s, _q, res, answer) {
      res.writeHead(200, answer.headers);
      drip(res, answer.body);
    } },
  silent: { told: /next try/, slow: true, harm: () => {} },
};

let packedBomb;
// 256 MiB of blanks in 256 KiB.
function bomb() {
  packedBomb ??= gzipSync(Buffer.alloc(256 << 20, ' '), { level: 9 });
  return packedBomb;
}

async function listen(t, tls, answer) {
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  return { port, url: `${tls ? 'https' : 'http'}://${tls ? 'localhost' : '127.0.0.1'}:${port}` };
}

// A source over HTTP whose answers can be broken. `answer(req, body)` gives { status, headers, body }
// (body a text or Buffer; by default 200 and JSON). A name in `source.faults`, or what
// `pick(req)` gives, is the fault of the next request. `source.requests` lists { at_ms, method, url,
// headers, body, fault, served }; `source.strayed` those that came to another origin.
export async function httpSource(t, { answer, tls, pick = () => undefined }) {
  const source = { requests: [], faults: [], strayed: [] };
  const elsewhere = await listen(t, undefined, (req, res) => {
    source.strayed.push({ url: req.url, headers: req.headers });
    send(res, 200, json, '{}');
  });
  source.elsewhere = elsewhere.url;
  const main = await listen(t, tls, async (req, res) => {
    const at_ms = Date.now();
    const parts = [];
    for await (const part of req) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const fault = source.faults.shift() ?? pick(req);
    const request = { at_ms, method: req.method, url: req.url, headers: req.headers, body, fault };
    source.requests.push(request);
    res.on('error', () => {});
    const made = { status: 200, ...answer(req, body, request) };
    made.body = Buffer.from(made.body);
    made.headers = { ...json, ...made.headers };
    if (fault) httpFaults[fault].harm(source, req, res, made);
    else {
      request.served = true;
      send(res, made.status, made.headers, made.body);
    }
    request.answered_ms = Date.now();
  });
  return Object.assign(source, main);
}

// ------------------------------------------------------------------------- WebSocket

const accept101 = (accept) =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n`;

// A frame's head and body, right or wrong as told.
export function frameBytes(first, length, body = Buffer.alloc(0)) {
  const head = length < 126 ? Buffer.from([first, length])
    : length < 65536 ? Buffer.from([first, 126, length >> 8, length & 255])
      : Buffer.concat([Buffer.from([first, 127]), wide(length)]);
  return Buffer.concat([head, body]);
}

function wide(length) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

const close = (code, reason = '') =>
  frameBytes(0x88, 2 + Buffer.byteLength(reason),
    Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));

const refusal = (code, more = '') => `HTTP/1.1 ${code} No\r\nContent-Length: 0\r\n${more}\r\n`;
const raw = (bytes) => (peer) => {
  peer.raw(bytes);
};

// handshake(peer): in the place of the server's answer.
export const handshakeFaults = {
  400: { told: /status 400/, harm: raw(refusal(400)) },
  401: { told: /status 401/, harm: raw(refusal(401)) },
  403: { told: /status 403/, harm: raw(refusal(403)) },
  404: { told: /status 404/, harm: raw(refusal(404)) },
  429: { told: /status 429/, wait_s: 3, harm: raw(refusal(429, 'Retry-After: 3\r\n')) },
  503: { told: /status 503/, wait_s: 2, harm: raw(refusal(503, 'retry-after:2\r\n')) },
  page: { told: /status 200/, harm: raw(`HTTP/1.1 200 OK\r\nContent-Length: ${html.length}\r\n\r\n${html}`) },
  redirect: { told: /status 302/, harm: raw(refusal(302, 'Location: ws://127.0.0.1:9/\r\n')) },
  otherKey: { told: /answer is to another key/,
    harm: raw(accept101('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n')) },
  noKey: { told: /answer is to another key/, harm: raw(accept101('')) },
  notHttp: { told: /no HTTP/, harm: raw('SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n') },
  endless: { told: /head is over/, harm: raw(`HTTP/1.1 101 Yes\r\nX: ${'x'.repeat(70000)}\r\n`) },
  gone: { told: /broken off|reset/, harm: (peer) => peer.drop() },
  silent: { told: /took too long to shake hands/, slow: true, harm: () => {} },
};

// In the midst of a connection that was fine.
export const streamFaults = {
  reserved: { told: /reserved bits/, harm: raw(Buffer.from([0xff, 0x01, 0x00])) },
  opcode: { told: /next try/, harm: raw(Buffer.from([0x83, 0x00])) },
  masked: { told: /next try/, harm: raw(Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5])) },
  continuation: { told: /never began/, harm: raw(Buffer.from([0x80, 0x00])) },
  longPing: { told: /next try/, harm: raw(frameBytes(0x89, 126, Buffer.alloc(126))) },
  notUtf8: { told: /no UTF-8/, harm: raw(Buffer.from([0x81, 0x02, 0xc3, 0x28])) },
  huge: { told: /limit|over/, harm: raw(frameBytes(0x81, 2 ** 40)) },
  close1000: { told: /code 1000/, harm: raw(close(1000)) },
  close1001: { told: /code 1001/, harm: raw(close(1001, 'going away')) },
  close1008: { told: /code 1008/, harm: raw(close(1008, '\u001b[31mpolicy\r\nFORGED LINE')) },
  close1011: { told: /code 1011/, harm: raw(close(1011)) },
  close1013: { told: /code 1013/, harm: raw(close(1013)) },
  closeBare: { told: /closed the connection/, harm: raw(Buffer.from([0x88, 0x00])) },
  half: { told: /broken off|reset/,
    harm: (peer) => {
      peer.raw(frameBytes(0x81, 1000, Buffer.from('{"type":')));
      peer.drop();
    } },
  gone: { told: /broken off|reset/, harm: (peer) => peer.drop() },
  flood: { told: /broken off|reset|pipe/, // of pings, and nothing else
    harm: (peer) => {
      for (let i = 0; i < 1000; i++) peer.raw(Buffer.from([0x89, 0x01, 0x41]));
      peer.drop();
    } },
  slow: { told: /does not come to its end|no heartbeat/, slow: true,
    harm: (peer) => {
      peer.raw(frameBytes(0x81, 60000));
      peer.every(1000, () => peer.raw(' '));
    } },
  silent: { told: /the peer is silent|no heartbeat/, slow: true, harm: (peer) => peer.deafen() },
};
