// `model pull` against a hub that answers well, badly, slowly, or not at all.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync,
  writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { commit, makeCertificates, modelFiles, refuse, sendFile, sha256, startHub } from './hub.mjs';
import { mount, scratch, start, until } from './lib.mjs';

const weights = 'model.safetensors';

// The environment of a user without tokens, mirrors and proxies.
function environment(more) {
  const env = { ...process.env };
  for (const name of Object.keys(env))
    if (/^(HF_|SSL_CERT|.*_proxy$)/i.test(name)) delete env[name];
  return { ...env, ...more };
}

// Starts a pull of the hub's model into a folder.
function begin(t, hub, dir, args = [], env = {}) {
  const own = { HF_ENDPOINT: hub.endpoint, ...env };
  return start(t, ['model', 'pull', ...(hub.name ? [hub.name] : []), '--data-dir', dir, ...args],
    { env: environment(own) });
}

async function pull(t, hub, dir, args, env) {
  const child = begin(t, hub, dir, args, env);
  const { status } = await child.ended;
  return { status, stdout: child.out, stderr: child.log };
}

async function pulled(t, hub, dir, args = [], env = {}) {
  const result = await pull(t, hub, dir, [...args, '--json'], env);
  assert.equal(result.status, 0, result.stderr);
  const stderr = result.stderr.replace(/^.*: (packing the weights|packed in) .*\n/gm, '');
  return { ...JSON.parse(result.stdout), stderr };
}

const modelDir = (dir, name = 'ProsusAI--finbert') => join(dir, 'models', name);
const partFile = (dir, hub, file = weights) =>
  join(dir, 'models', '.ProsusAI--finbert.partial', `${file}.${sha256(hub.files[file])}.part`);

function assertInstalled(dir, hub, names = Object.keys(hub.files)) {
  const folder = modelDir(dir);
  const packs = readdirSync(folder).filter((name) => /^ghostmarket-[\w-]+\.pack$/.test(name));
  assert.equal(packs.length, 1, 'packed for this processor');
  assert.deepEqual(readdirSync(folder).sort(), [...names, ...packs, 'ghostmarket.json'].sort());
  for (const name of names)
    assert.ok(readFileSync(join(folder, name)).equals(hub.files[name]), name);
  assert.deepEqual(readdirSync(join(dir, 'models')).sort(),
    ['.ProsusAI--finbert.lock', 'ProsusAI--finbert']);
}

async function assertRefused(t, hub, pattern, args = [], env = {}) {
  const dir = scratch(t);
  const result = await pull(t, hub, dir, args, env);
  assert.equal(result.status, 1, result.stdout + result.stderr);
  assert.match(result.stderr, pattern);
  assert.ok(!existsSync(modelDir(dir)), 'nothing is installed');
  return { dir, stderr: result.stderr };
}

const count = (hub, where, file) =>
  hub.requests.filter((r) => r.where === where && r.file === file).length;

// Answers a file's GET at the storage by `answer`, all else as the hub does.
const atStorage = (answer) => (request, req, res) => {
  if (request.where !== 'storage') return false;
  answer(req, res, request);
  return true;
};

// ------------------------------------------------------------------------- the good case

test('a model is fetched, verified and installed; the token stays with the hub', async (t) => {
  const hub = await startHub(t, { token: 'hf_secret' });
  const dir = scratch(t);
  const env = { HF_TOKEN: 'hf_secret' };
  const summary = await pulled(t, hub, dir, [], env);
  const bytes = Object.values(hub.files).reduce((sum, data) => sum + data.length, 0);
  assert.deepEqual(
    { ...summary, stderr: '' },
    { model: 'ProsusAI/finbert', revision: commit, folder: modelDir(dir), already: false, bytes,
      fetched_bytes: bytes, stderr: '' });
  assertInstalled(dir, hub);
  const manifest = JSON.parse(readFileSync(join(modelDir(dir), 'ghostmarket.json')));
  assert.equal(manifest.revision, commit);
  assert.equal(manifest.files.find((f) => f.name === weights).sha256, sha256(hub.files[weights]));
  for (const request of hub.requests)
    assert.equal(request.token, request.where === 'storage' ? undefined : 'Bearer hf_secret');
  assert.ok(hub.requests.some((r) => r.where === 'storage'));

  // Once more: it is there, and nobody is asked.
  const asked = hub.requests.length;
  const again = await pull(t, hub, dir, [], env);
  assert.equal(again.status, 0);
  assert.match(again.stdout, /installed already: revision 4556d1301521 .*--force/s);
  assert.equal(hub.requests.length, asked);
  // By force: all of it, in the place of the old one.
  writeFileSync(join(modelDir(dir), 'vocab.txt'), 'damaged');
  assert.equal((await pulled(t, hub, dir, ['--force'], env)).fetched_bytes, bytes);
  assertInstalled(dir, hub);
  // Damaged by its size, it is fetched without being told.
  writeFileSync(join(modelDir(dir), 'vocab.txt'), 'damaged');
  assert.equal((await pulled(t, hub, dir, [], env)).already, false);
  assertInstalled(dir, hub);
});

test('HTTPS is verified: a certificate that is not trusted is refused at once', async (t) => {
  const dir = scratch(t);
  const tls = makeCertificates(dir);
  const hub = await startHub(t, { tls, token: 'hf_secret' });
  const env = { HF_TOKEN: 'hf_secret' };
  await pulled(t, hub, join(dir, 'data'), [], { ...env, SSL_CERT_FILE: tls.ca });
  const asked = hub.requests.length;
  const { stderr } = await assertRefused(t, hub, /cannot prove who it is/, [], env);
  assert.doesNotMatch(stderr, /trying again|hf_secret/);
  assert.equal(hub.requests.length, asked);
  await assertRefused(t, hub, /certificates cannot be read/, [],
    { ...env, SSL_CERT_FILE: join(dir, 'nowhere.pem') });
});

test('a revision is asked for by name, and pinned', async (t) => {
  const hub = await startHub(t);
  const dir = scratch(t);
  const summary = await pulled(t, hub, dir, ['--revision', 'refs/pr/1']);
  assert.equal(summary.revision, commit);
  assert.ok(hub.requests[0].url.endsWith('/revision/refs%2Fpr%2F1'));
  assert.ok((await pulled(t, hub, dir, ['--revision', commit])).already);
  assert.ok((await pulled(t, hub, dir)).already);
  await assertRefused(t, hub, /has no revision "v9"/, ['--revision', 'v9']);
  hub.intercept = (request, req, res) => {
    if (request.where !== 'resolve') return false;
    res.writeHead(200, { 'X-Repo-Commit': '0'.repeat(40), ETag: `"${'0'.repeat(40)}"` });
    res.end();
    return true;
  };
  await assertRefused(t, hub, /another commit/);
});

test('only the files that are needed are fetched, under no name of the hub\'s', async (t) => {
  const hub = await startHub(t);
  hub.files = { ...hub.files, 'tokenizer_config.json': Buffer.from('{}'),
    'special_tokens_map.json': Buffer.from('{}') };
  hub.siblings = ['tokenizer.json', 'pytorch_model.bin', 'tf_model.h5', '../../evil',
    '/tmp/evil', 'a/../../evil', 'config.json/../evil', '\u0001evil', 'CONFIG.JSON', 'é\n', ''];
  const dir = scratch(t);
  await pulled(t, hub, dir);
  assertInstalled(dir, hub);
  assert.deepEqual(readdirSync(dir), ['models']);
});

// ------------------------------------------------------------------------- cut off, and on again

test('killed on the way, the next run fetches only what is missing', async (t) => {
  const hub = await startHub(t);
  const dir = scratch(t);
  const half = hub.files[weights].length >> 1;
  hub.intercept = atStorage((req, res) => {
    res.writeHead(200, { 'Content-Length': hub.files[weights].length });
    res.write(hub.files[weights].subarray(0, half));
  });
  const child = begin(t, hub, dir);
  await until(() => existsSync(partFile(dir, hub)) && statSync(partFile(dir, hub)).size === half,
    'half of the weights');
  child.kill('SIGKILL');
  await child.ended;
  assert.ok(!existsSync(modelDir(dir)));
  hub.requests.length = 0;
  hub.intercept = () => false;
  const summary = await pulled(t, hub, dir);
  assert.equal(summary.fetched_bytes, hub.files[weights].length - half);
  const fetched = hub.requests.filter((r) => r.method === 'GET' && r.where !== 'api');
  assert.deepEqual(fetched.map((r) => [r.where, r.range]),
    [['resolve', `bytes=${half}-`], ['storage', `bytes=${half}-`]]);
  assertInstalled(dir, hub);
});

test('a body that is cut off goes on in the same run', async (t) => {
  const hub = await startHub(t);
  const dir = scratch(t);
  const third = Math.floor(hub.files[weights].length / 3);
  let tries = 0;
  hub.intercept = atStorage((req, res) => {
    if (++tries > 1) {
      sendFile(req, res, hub.files[weights]);
      return;
    }
    res.writeHead(200, { 'Content-Length': hub.files[weights].length });
    res.write(hub.files[weights].subarray(0, third), () => res.socket.destroy());
  });
  const { stderr } = await pulled(t, hub, dir);
  assert.match(stderr, /trying again in/);
  assert.equal(hub.requests.filter((r) => r.where === 'storage').at(-1).range, `bytes=${third}-`);
  assertInstalled(dir, hub);
});

test('a part that is wrong, or a server that cannot go on, costs a fetch from the start', async (t) => {
  const hub = await startHub(t);
  const data = hub.files[weights];
  const damaged = Buffer.from(data.subarray(0, data.length >> 1));
  damaged[100] ^= 1;
  const beginning = data.subarray(0, 1000);
  // What is there, how the server answers, how often it is asked, and what is said of it.
  const cases = {
    'damaged part': [damaged, undefined, 2, /^$/],
    'part that is too long': [Buffer.concat([data, data]), undefined, 1, /^$/],
    'whole part of other bytes': [Buffer.alloc(data.length, 'x'), undefined, 1, /^$/],
    'server without ranges': [beginning, (req, res) => {
      res.writeHead(200, { 'Content-Length': data.length });
      res.end(data);
    }, 1, /^$/],
    'server with another range': [beginning, (req, res) => {
      if (!req.headers.range) return sendFile(req, res, data);
      res.writeHead(206, { 'Content-Range': `bytes 0-${data.length - 1}/${data.length}` });
      return res.end(data);
    }, 2, /another range/],
    'server with a file of another length': [beginning, (req, res) => {
      if (!req.headers.range) return sendFile(req, res, data);
      res.writeHead(206, { 'Content-Range': `bytes 1000-${data.length}/${data.length + 1}` });
      return res.end(data.subarray(1000));
    }, 2, /another range/],
    'server that knows no such range': [beginning, (req, res) => {
      if (!req.headers.range) return sendFile(req, res, data);
      res.writeHead(416, { 'Content-Range': 'bytes */10' });
      return res.end();
    }, 2, /no such range/],
  };
  for (const [what, [part, answer, asked, said]] of Object.entries(cases)) {
    await t.test(what, async (st) => {
      const dir = scratch(st);
      mkdirSync(join(dir, 'models', '.ProsusAI--finbert.partial'), { recursive: true });
      writeFileSync(partFile(dir, hub), part);
      hub.intercept = answer ? atStorage(answer) : () => false;
      hub.requests.length = 0;
      const { stderr } = await pulled(st, hub, dir);
      assert.equal(count(hub, 'storage', weights), asked);
      assert.match(stderr, said);
      assertInstalled(dir, hub);
    });
  }
});

test('what lies about in the partial folder is not installed', async (t) => {
  const hub = await startHub(t);
  const dir = scratch(t);
  const partial = join(dir, 'models', '.ProsusAI--finbert.partial');
  mkdirSync(join(partial, 'folder', 'within'), { recursive: true });
  writeFileSync(join(partial, 'folder', 'within', 'file'), 'x');
  writeFileSync(join(partial, 'vocab.txt'), 'of an older revision');
  writeFileSync(join(partial, 'pytorch_model.bin.0123.part'), 'x');
  await pulled(t, hub, dir);
  assertInstalled(dir, hub);
});

// ------------------------------------------------------------------------- bad bytes

test('a checksum that does not match installs nothing', async (t) => {
  const hub = await startHub(t);
  for (const file of [weights, 'vocab.txt']) {
    hub.intercept = (request, req, res) => {
      if (request.method !== 'GET' || request.file !== file || request.where === 'resolve')
        return false;
      const data = Buffer.from(hub.files[file]);
      data[data.length >> 1] ^= 1;
      sendFile(req, res, data);
      return true;
    };
    const { dir } = await assertRefused(t, hub, /does not have the (sha256|git-sha1) that it names/);
    assert.ok(!readdirSync(join(dir, 'models', '.ProsusAI--finbert.partial'))
      .some((name) => name.startsWith(file)), 'and keeps nothing of it');
  }
});

test('bodies of the wrong length are refused', async (t) => {
  const hub = await startHub(t);
  const data = hub.files[weights];
  const longer = Buffer.concat([data, Buffer.from('more')]);
  const answers = {
    'announced too long': (req, res) => sendFile(req, res, longer),
    'too long without a length': (req, res) => {
      res.writeHead(200);
      res.end(longer);
    },
    'too short, and says so': (req, res) => {
      res.writeHead(200, { 'Content-Length': 100 });
      res.end(data.subarray(0, 100));
    },
    'too short without a length': (req, res) => {
      res.writeHead(200, { Connection: 'close' });
      res.end(data.subarray(0, 100));
    },
    'nothing': (req, res) => {
      res.writeHead(204);
      res.end();
    },
    'broken off at once': (req, res) => res.socket.destroy(),
  };
  for (const [what, answer] of Object.entries(answers)) {
    await t.test(what, async (st) => {
      hub.intercept = atStorage(answer);
      await assertRefused(st, hub,
        /larger than|sends more|ends after|answers 204|reply|closed|reset|Recv/i,
        ['--attempts', '1']);
    });
  }
});

test('files without checksum or size, or over all bounds, are refused', async (t) => {
  const hub = await startHub(t);
  const answers = [
    [{ 'X-Linked-Size': 5 }, /no checksum/],
    [{ 'X-Linked-Size': 5, 'X-Linked-ETag': '"abc"' }, /no checksum/],
    [{ 'X-Linked-ETag': `"${'a'.repeat(64)}"`, 'X-Linked-Size': 'many' }, /how large/],
    [{ 'X-Linked-ETag': `"${'a'.repeat(64)}"`, 'X-Linked-Size': '18446744073709551616' }, /how large/],
    [{ 'X-Linked-ETag': `"${'a'.repeat(64)}"`, 'X-Linked-Size': '99999999999999' }, /over the limit/],
  ];
  for (const [fields, pattern] of answers) {
    hub.intercept = (request, req, res) => {
      if (request.where !== 'resolve' || request.file !== weights) return false;
      res.writeHead(302, { Location: `${hub.storage}/x`, ...fields });
      res.end();
      return true;
    };
    await assertRefused(t, hub, pattern);
  }
});

test('what is no model that can be computed is refused before it is installed', async (t) => {
  const plain = modelFiles('plain');
  const config = JSON.parse(plain['config.json']);
  const changed = (more) => ({
    ...plain, 'config.json': Buffer.from(JSON.stringify({ ...config, ...more })),
  });
  const cut = { ...plain, [weights]: plain[weights].subarray(0, plain[weights].length - 10) };
  const cases = [
    [changed({ architectures: ['GPT2LMHeadModel'], model_type: 'gpt2' }), /config\.json/, 0],
    [changed({ architectures: ['BertModel'] }), /no classifier/, 0],
    [{ ...plain, 'config.json': Buffer.from('{') }, /config\.json/, 0],
    [{ ...plain, 'vocab.txt': Buffer.from('no\nspecial\npieces\n') }, /vocab\.txt/, 0],
    [changed({ vocab_size: config.vocab_size - 1 }), /word pieces, config\.json's vocab_size/, 0],
    [changed({ intermediate_size: config.intermediate_size + 1 }), /intermediate|shape|\(/, 1],
    [cut, /model\.safetensors/, 1],
  ];
  for (const [files, pattern, fetched] of cases) {
    const hub = await startHub(t, { files });
    await assertRefused(t, hub, pattern);
    assert.equal(count(hub, 'storage', weights), fetched, 'weights are fetched after the rest');
  }
});

test('models without usable files say what is missing', async (t) => {
  const plain = modelFiles('plain');
  const without = (name) => {
    const files = { ...plain };
    delete files[name];
    return files;
  };
  const cases = [
    [without(weights), ['tf_model.h5', 'flax_model.msgpack'], /no model\.safetensors .*another format/],
    [without(weights), ['model.safetensors.index.json'], /several files/],
    [without(weights), [], /no model\.safetensors and no pytorch_model\.bin/],
    [without('vocab.txt'), [], /no vocab\.txt/],
    [without('config.json'), [], /no config\.json/],
  ];
  for (const [files, siblings, pattern] of cases) {
    const hub = await startHub(t, { files });
    hub.siblings = siblings;
    await assertRefused(t, hub, pattern);
  }
});

// ------------------------------------------------------------------------- refusals

test('refusals say what to do, and are not tried again', async (t) => {
  const hub = await startHub(t);
  const at = (where, status, code, message) => (request, req, res) => {
    if (request.where !== where) return false;
    refuse(res, status, code, message);
    return true;
  };
  const token = { HF_TOKEN: 'hf_secret' };
  const gated = 'Access to model ProsusAI/finbert is restricted.';
  const cases = [
    [at('api', 401, 'RepoNotFound', 'Invalid username or password.'), {}, /check the name.*HF_TOKEN/],
    [at('api', 401, '', 'Invalid credentials'), token, /does not let HF_TOKEN read it \(401\)/],
    [at('resolve', 401, 'GatedRepo', gated), {}, /is gated: accept its terms.*restricted/],
    [at('resolve', 403, 'GatedRepo', gated), token, /is gated/],
    [at('api', 403, '', 'no'), token, /HF_TOKEN read it \(403\)/],
    [at('api', 404, 'RepoNotFound', 'Repository not found'), token, /no such model.*check the name/],
    [at('resolve', 404, 'EntryNotFound', 'Entry not found'), {}, /not there any more/],
    [at('api', 400, '', 'hf_secret is no token'), token, /answers 400$/m],
  ];
  for (const [intercept, env, pattern] of cases) {
    hub.intercept = intercept;
    const { stderr } = await assertRefused(t, hub, pattern, [], env);
    assert.doesNotMatch(stderr, /trying again|hf_secret/);
  }
  const { stderr } = await assertRefused(t, { endpoint: hub.endpoint, name: 'nobody/nothing' },
    /nobody\/nothing is not there/);
  assert.doesNotMatch(stderr, /trying again/);
});

test('failures that pass are waited for: 429, 503, as long as the server asks', async (t) => {
  const hub = await startHub(t);
  const dir = scratch(t);
  const answers = [
    [429, { 'Retry-After': '1' }], [503, {}],
    [429, { RateLimit: '"resolvers";r=0;t=1' }],
    [503, { 'Retry-After': new Date(Date.now() + 1500).toUTCString() }],
  ];
  hub.intercept = (request, req, res) => {
    if (answers.length === 0 || request.where !== 'resolve') return false;
    const [status, fields] = answers.shift();
    refuse(res, status, '', 'later', fields);
    return true;
  };
  const { stderr } = await pulled(t, hub, dir);
  assert.match(stderr, /answers 429.*trying again in 1\.0 s\n.*answers 503.*trying again in/);
  assertInstalled(dir, hub);
  // Not for ever.
  hub.intercept = (request, req, res) => (refuse(res, 500, '', 'broken'), true);
  await assertRefused(t, hub, /answers 500.*trying again[^]*answers 500/, ['--attempts', '2']);
  hub.intercept = (request, req, res) =>
    (refuse(res, 429, '', 'later', { 'Retry-After': '86400' }), true);
  await assertRefused(t, hub, /asks for 86400 s of patience/);
});

test('an answer that is no hub\'s says so', async (t) => {
  const hub = await startHub(t);
  const answers = [
    ['text/html', '<html>Please log in</html>'], ['application/json', '{"sha":'],
    ['application/json', '{"sha":"../../x","siblings":[]}'], ['application/json', '[]'],
    ['application/json', `{"sha":"${commit}"}`], ['text/plain', ''],
  ];
  for (const [type, body] of answers) {
    hub.intercept = (request, req, res) => {
      res.setHeader('Content-Type', type);
      res.end(body);
      return true;
    };
    const { stderr } = await assertRefused(t, hub, /no answer of a model hub/);
    assert.ok(stderr.includes(type));
    assert.doesNotMatch(stderr, /trying again/);
  }
  hub.intercept = (request, req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    const more = () => res.write(Buffer.alloc(1 << 20, ' '), (error) => error || setImmediate(more));
    more();
    return true;
  };
  await assertRefused(t, hub, /larger than 8388608 bytes/);
});

test('redirects that lead nowhere end', async (t) => {
  const hub = await startHub(t);
  for (const [location, pattern] of [['/api/loop', /without end/], ['file:///etc/passwd', /neither http/]]) {
    hub.intercept = (request, req, res) => {
      res.writeHead(302, { Location: location === '/api/loop' ? req.url : location });
      res.end();
      return true;
    };
    await assertRefused(t, hub, pattern);
  }
});

// ------------------------------------------------------------------------- the network

test('a server that sends a byte now and then has failed', async (t) => {
  const hub = await startHub(t);
  hub.intercept = atStorage((req, res) => {
    res.writeHead(200, { 'Content-Length': hub.files[weights].length });
    const timer = setInterval(() => res.write('x'), 50);
    res.on('close', () => clearInterval(timer));
  });
  await assertRefused(t, hub, /no more than \d+ bytes came in 1 s/,
    ['--attempts', '1', '--timeout', '1']);
});

test('no such host, no connection, a proxy that refuses', async (t) => {
  await assertRefused(t, { endpoint: 'https://name.invalid' }, /https:\/\/name\.invalid\/api/,
    ['--attempts', '1']);
  await assertRefused(t, { endpoint: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1\/.*connect/i,
    ['--attempts', '1']);
  const proxy = http.createServer();
  proxy.on('connect', (req, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const { stderr } = await assertRefused(t, { endpoint: 'https://name.invalid' },
    /407.*the proxy refuses/, [],
    { https_proxy: `http://user:hf_secret@127.0.0.1:${proxy.address().port}` });
  assert.doesNotMatch(stderr, /trying again|hf_secret/);
});

test('a proxy of the environment is used', async (t) => {
  const tls = makeCertificates(scratch(t));
  const hub = await startHub(t, { tls });
  const asked = [];
  const proxy = http.createServer();
  proxy.on('connect', (req, socket) => {
    asked.push(req.url);
    const { hostname, port } = new URL(`http://${req.url}`);
    const onward = net.connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) end.on('error', () => {});
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const dir = scratch(t);
  await pulled(t, hub, dir, [],
    { SSL_CERT_FILE: tls.ca, https_proxy: `http://127.0.0.1:${proxy.address().port}` });
  assertInstalled(dir, hub);
  assert.ok(asked.length >= 2, 'the hub and its storage');
});

// ------------------------------------------------------------------------- the machine

test('two pulls at once: the second says so', async (t) => {
  const hub = await startHub(t);
  const dir = scratch(t);
  let release;
  hub.intercept = atStorage((req, res) => (release = () => sendFile(req, res, hub.files[weights])));
  const first = begin(t, hub, dir);
  await until(() => release, 'the first pull to fetch');
  const second = await pull(t, hub, dir);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /another process is fetching it/);
  release();
  assert.equal((await first.ended).status, 0, first.log);
  assertInstalled(dir, hub);
});

test('a folder that somebody else made is left alone', async (t) => {
  const hub = await startHub(t);
  const dir = scratch(t);
  mkdirSync(modelDir(dir), { recursive: true });
  writeFileSync(join(modelDir(dir), 'mine.txt'), 'mine');
  const result = await pull(t, hub, dir);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /not from this command: move it away, or use --force/);
  assert.equal(readFileSync(join(modelDir(dir), 'mine.txt'), 'utf8'), 'mine');
  await pulled(t, hub, dir, ['--force']);
  assertInstalled(dir, hub);
});

const needsRoot = process.getuid() === 0 ? false : 'mounting needs root';

test('a disk without room is found out before, or on the way', { skip: needsRoot }, async (t) => {
  const hub = await startHub(t);
  const dir = mount(t, 'size=512k');
  if (!dir) return;
  writeFileSync(join(dir, 'filler'), Buffer.alloc(450 << 10));
  const early = await pull(t, hub, dir);
  assert.equal(early.status, 1);
  assert.match(early.stderr, /models: 0\.1 MB are needed and 0\.\d MB are free/);
  assert.equal(count(hub, 'storage', weights), 0);
  // It fills up while the weights arrive.
  rmSync(join(dir, 'filler'));
  hub.intercept = atStorage((req, res) => {
    writeFileSync(join(dir, 'filler'), Buffer.alloc(420 << 10));
    sendFile(req, res, hub.files[weights]);
  });
  const late = await pull(t, hub, dir);
  assert.equal(late.status, 1);
  assert.match(late.stderr, /model\.safetensors\.\w+\.part: No space left/);
  assert.doesNotMatch(late.stderr, /trying again/);
  assert.ok(!existsSync(modelDir(dir)));
  // With room, it goes on where it was.
  rmSync(join(dir, 'filler'));
  hub.intercept = () => false;
  assert.ok((await pulled(t, hub, dir)).fetched_bytes < hub.files[weights].length);
  assertInstalled(dir, hub);
});

test('a read-only data directory is told', { skip: needsRoot }, async (t) => {
  const hub = await startHub(t);
  const dir = mount(t, 'ro');
  if (!dir) return;
  const result = await pull(t, hub, dir);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /models: Read-only file system/);
  assert.equal(hub.requests.length, 0);
});

test('what the user got wrong is status 2, and shows no token', async (t) => {
  const dir = scratch(t);
  const hub = { endpoint: 'http://127.0.0.1:1' };
  const cases = [
    [{ ...hub, name: '../evil' }, {}, /no name of a model/],
    [{ ...hub, name: 'a/b/c' }, {}, /no name of a model/],
    [{ ...hub, name: 'a--b/c' }, {}, /no name of a model/],
    [{ ...hub, name: '.hidden/x' }, {}, /no name of a model/],
    [{ ...hub, name: `a/${'b'.repeat(200)}` }, {}, /no name of a model/],
    [{ endpoint: 'hub.example' }, {}, /HF_ENDPOINT/],
    [{ endpoint: 'https://user:hf_secret@hub.example' }, {}, /HF_ENDPOINT/],
    [{ endpoint: 'http://hub.example' }, { HF_TOKEN: 'hf_secret' }, /HF_TOKEN would travel/],
    [{ endpoint: 'http://127.0.0.1.evil.example' }, { HF_TOKEN: 'hf_secret' }, /would travel/],
    [hub, { HF_TOKEN: 'hf_secret\r\nX-More: 1' }, /HF_TOKEN(: a secret has no control| holds)/],
  ];
  for (const [what, env, pattern] of cases) {
    const result = await pull(t, what, dir, [], env);
    assert.equal(result.status, 2, result.stderr);
    assert.match(result.stderr, pattern);
    assert.doesNotMatch(result.stderr, /hf_secret/);
  }
});
