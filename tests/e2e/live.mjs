// Fakes of the live sources: real WebSocket over real sockets (RFC 6455, a server's side), and the
// words of Coinbase and Jetstream on top of it.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function frame(opcode, payload) {
  const body = Buffer.from(payload);
  const head =
    body.length < 126
      ? Buffer.from([0x80 | opcode, body.length])
      : body.length < 65536
        ? Buffer.from([0x80 | opcode, 126, body.length >> 8, body.length & 255])
        : Buffer.concat([
            Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]),
            Buffer.from(Uint32Array.of(body.length).buffer).reverse(),
          ]);
  return Buffer.concat([head, body]);
}

// Takes the client's frames apart; calls onText for each text.
function reader(socket, onText) {
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      if (bytes.length < 2) return;
      let length = bytes[1] & 127;
      let head = 2;
      if (length === 126) {
        if (bytes.length < 4) return;
        length = bytes.readUInt16BE(2);
        head = 4;
      }
      if (!(bytes[1] & 128)) throw new Error('a client must mask its frames');
      if (bytes.length < head + 4 + length) return;
      const mask = bytes.subarray(head, head + 4);
      const body = Buffer.from(bytes.subarray(head + 4, head + 4 + length));
      for (let i = 0; i < length; i++) body[i] ^= mask[i % 4];
      const opcode = bytes[0] & 15;
      bytes = bytes.subarray(head + 4 + length);
      if (opcode === 1) onText(body.toString());
      else if (opcode === 9) socket.write(frame(10, body));
      else if (opcode === 8) socket.end(frame(8, body));
    }
  });
}

// A WebSocket server on loopback that ends with the test. `connect(peer, request)` is called for
// each connection, or returns a status to refuse it, or 'silent' to answer by itself or not at all.
// A peer has send(object or text), raw(bytes), drop(), deafen() (it answers nothing any more),
// every(ms, what) while it lasts, and onText to be set.
export async function serve(t, connect, tls) {
  const server = tls ? createTlsServer(tls) : createServer();
  const sockets = new Set();
  const state = { connections: 0, peers: new Set() };
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('upgrade', (request, socket) => {
    state.connections++;
    socket.on('error', () => {});
    const peer = {
      onText: () => {},
      send: (what) => socket.write(frame(1, typeof what === 'string' ? what : JSON.stringify(what))),
      raw: (bytes) => socket.write(bytes),
      drop: () => socket.destroy(),
      deafen: () => socket.removeAllListeners('data').resume(),
      every(ms, what) {
        const timer = setInterval(what, ms);
        socket.on('close', () => clearInterval(timer));
      },
    };
    const accept = createHash('sha1')
      .update(request.headers['sec-websocket-key'] + guid)
      .digest('base64');
    const answer =
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`;
    peer.accept = () => socket.write(answer);
    const status = connect(peer, request);
    if (typeof status === 'number') {
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    if (status !== 'silent') peer.accept();
    reader(socket, (text) => peer.onText(text));
    state.peers.add(peer);
    socket.on('close', () => state.peers.delete(peer));
    if (peer.greeted) peer.greeted();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  state.url = `${tls ? 'wss' : 'ws'}://${tls ? 'localhost' : '127.0.0.1'}:${server.address().port}`;
  return state;
}

// ------------------------------------------------------------------------- coinbase

export function tick(product, price, sequence, time = new Date().toISOString()) {
  return { type: 'ticker', sequence, product_id: product, price: String(price), side: 'buy', time,
    trade_id: sequence, last_size: '0.01' };
}

export function heartbeat(product, sequence, lastTrade = 0) {
  return { type: 'heartbeat', sequence, last_trade_id: lastTrade, product_id: product,
    time: new Date().toISOString() };
}

// ------------------------------------------------------------------------- jetstream

export function post(timeUs, rkey, text, did = 'did:plc:someone') {
  return { did, time_us: timeUs, kind: 'commit',
    commit: { rev: 'r', operation: 'create', collection: 'app.bsky.feed.post', rkey,
      record: { $type: 'app.bsky.feed.post', text, langs: ['en'],
        createdAt: new Date(Math.floor(timeUs / 1000)).toISOString() },
      cid: 'bafy' } };
}

// A Jetstream that keeps what it has sent and begins where the cursor says, as the real one does.
// `events` may be added to while it runs. `refuse(peer)` may give what `connect` of serve gives;
// `fault(peer, sent)` may break a connection after any event by returning true, or harm it and give
// 'broken': then nothing more is sent.
export async function jetstream(t, { fault = () => false, refuse = () => undefined } = {}) {
  const events = [];
  const seen = { cursors: [] };
  const server = await serve(t, (peer, request) => {
    const refused = refuse(peer);
    peer.pump = () => {};
    if (refused !== undefined) return refused;
    const query = new URL(request.url, 'http://x').searchParams;
    const cursor = query.get('cursor');
    seen.cursors.push(cursor === null ? null : Number(cursor));
    peer.next = cursor === null ? events.length : events.findIndex((e) => e.time_us >= Number(cursor));
    if (peer.next < 0) peer.next = events.length;
    peer.sent = 0;
    peer.pump = () => {
      while (peer.next < events.length && !peer.broken) {
        peer.send(events[peer.next++]);
        peer.sent++;
        peer.broken = fault(peer, peer.sent);
        if (peer.broken === true) peer.drop();
      }
    };
    peer.greeted = () => setImmediate(peer.pump);
    return undefined;
  });
  return {
    url: `${server.url}/subscribe`,
    seen,
    server,
    events,
    add(...more) {
      events.push(...more);
      for (const peer of server.peers) peer.pump();
    },
  };
}
