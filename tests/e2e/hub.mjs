// A model hub on loopback for the end-to-end tests. It speaks the protocol of the Hugging Face hub
// over real HTTP or HTTPS: the API's list of files, HEAD and GET of /resolve/ with commit, checksum
// and size, small files behind a redirect within the hub, large ones behind one to a storage on
// another port. `hub.intercept` puts any fault in the place of an answer.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './lib.mjs';

const large = /\.(safetensors|bin)$/;

export const commit = '4556d13015211d73dccd3fdd39d39232506f3e43';

// The files of one of the tiny models in tests/data/models: { name: Buffer }.
export function modelFiles(name) {
  const dir = join(root, 'tests/data/models', name);
  const files = {};
  for (const file of readdirSync(dir))
    if (file !== 'golden.json') files[file] = readFileSync(join(dir, file));
  return files;
}

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');
export const gitBlob = (data) =>
  createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex');

// A certificate authority and a certificate for 127.0.0.1: { ca, key, cert }, ca being a path.
export function makeCertificates(dir) {
  const run = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2',
    '-subj', '/CN=GhostMarket test CA');
  run('req', ...key, '-keyout', 'hub.key', '-out', 'hub.csr', '-subj', '/CN=hub',
    '-addext', 'subjectAltName=IP:127.0.0.1');
  run('x509', '-req', '-in', 'hub.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial',
    '-out', 'hub.pem', '-days', '2', '-copy_extensions', 'copy');
  return {
    ca: join(dir, 'ca.pem'),
    key: readFileSync(join(dir, 'hub.key')),
    cert: readFileSync(join(dir, 'hub.pem')),
  };
}

async function listen(t, tls, answer) {
  const server = tls ? https.createServer(tls, answer) : http.createServer(answer);
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
}

export function refuse(res, status, code, message, fields = {}) {
  res.writeHead(status, { 'X-Error-Code': code, 'X-Error-Message': message, ...fields });
  res.end(JSON.stringify({ error: message }));
}

// Sends a file as a storage does, from where Range begins.
export function sendFile(req, res, data, fields = {}) {
  const range = /^bytes=(\d+)-$/.exec(req.headers.range ?? '');
  const first = range ? Number(range[1]) : 0;
  if (range && first >= data.length) {
    res.writeHead(416, { 'Content-Range': `bytes */${data.length}` });
    res.end();
    return;
  }
  if (range) fields['Content-Range'] = `bytes ${first}-${data.length - 1}/${data.length}`;
  res.writeHead(range ? 206 : 200, {
    'Accept-Ranges': 'bytes', 'Content-Length': data.length - first, ...fields,
  });
  res.end(req.method === 'HEAD' ? undefined : data.subarray(first));
}

// options: name, files ({ name: Buffer }), tls (of makeCertificates), token (without it, 401).
//
// hub.requests lists what came: { where: 'api' | 'resolve' | 'cache' | 'storage', method, file,
// range, token, url }. hub.intercept(request, req, res) may answer instead, by giving true.
export async function startHub(t, options = {}) {
  const name = options.name ?? 'ProsusAI/finbert';
  const hub = {
    name, files: options.files ?? modelFiles('plain'), requests: [], intercept: () => false,
  };
  const note = (where, req, file) => {
    const request = {
      where, method: req.method, file, range: req.headers.range,
      token: req.headers.authorization, url: req.url,
    };
    hub.requests.push(request);
    return request;
  };

  const storage = await listen(t, options.tls, (req, res) => {
    const file = new URL(req.url, 'http://x').pathname.slice(1);
    if (hub.intercept(note('storage', req, file), req, res)) return;
    sendFile(req, res, hub.files[file], { ETag: '"an-etag-of-the-storage"' });
  });

  const api = `/api/models/${name}/revision/`;
  const resolve = `/${name}/resolve/${commit}/`;
  const cache = `/api/resolve-cache/models/${name}/${commit}/`;

  function answerApi(req, res) {
    if (hub.intercept(note('api', req), req, res)) return;
    const revision = decodeURIComponent(req.url.slice(api.length));
    if (!['main', 'refs/pr/1', commit].includes(revision)) {
      refuse(res, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
      return;
    }
    const siblings = ['.gitattributes', 'README.md', ...Object.keys(hub.files),
      ...(hub.siblings ?? [])].map((rfilename) => ({ rfilename }));
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.end(JSON.stringify({
      _id: '621ffdc136468d709f17aa02', id: name, modelId: name, private: false, gated: false,
      sha: commit, tags: ['pytorch', 'bert'], config: { architectures: ['Bert…'] }, siblings,
    }));
  }

  function answerResolve(req, res) {
    const file = req.url.slice(resolve.length);
    if (hub.intercept(note('resolve', req, file), req, res)) return;
    const data = hub.files[file];
    if (!data) {
      refuse(res, 404, 'EntryNotFound', 'Entry not found', { 'X-Repo-Commit': commit });
      return;
    }
    if (!large.test(file)) {
      res.writeHead(307, {
        'X-Repo-Commit': commit, Location: `${cache}${file}?etag=%22${gitBlob(data)}%22`,
      });
      res.end('Temporary Redirect');
      return;
    }
    res.writeHead(302, {
      'X-Repo-Commit': commit, 'X-Linked-Size': data.length, 'X-Linked-ETag': `"${sha256(data)}"`,
      'Accept-Ranges': 'bytes', Location: `${storage}/${file}?X-Signature=SIGNED`,
    });
    res.end('Found. Redirecting');
  }

  function answerCache(req, res) {
    const file = new URL(req.url, 'http://x').pathname.slice(cache.length);
    if (hub.intercept(note('cache', req, file), req, res)) return;
    const data = hub.files[file];
    sendFile(req, res, data, { 'X-Repo-Commit': commit, ETag: `"${gitBlob(data)}"` });
  }

  hub.endpoint = await listen(t, options.tls, (req, res) => {
    if (options.token && req.headers.authorization !== `Bearer ${options.token}`)
      refuse(res, 401, 'RepoNotFound', 'Invalid username or password.');
    else if (req.url.startsWith(api)) answerApi(req, res);
    else if (req.url.startsWith(resolve)) answerResolve(req, res);
    else if (req.url.startsWith(cache)) answerCache(req, res);
    else refuse(res, options.token ? 404 : 401, 'RepoNotFound', 'Repository not found');
  });
  hub.storage = storage;
  return hub;
}
