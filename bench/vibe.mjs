// The encoder next to what else one would run FinBERT with: `make bench-vibe`.
//
//   node bench/vibe.mjs [--rounds N] [--posts N] [--json FILE]      default: 5 rounds, 2,000 posts
//
// A model of FinBERT's shape with random weights takes the same time as FinBERT, so no download is
// needed. Contestants take turns within each round; a ratio is the median of the rounds' ratios, so
// that whatever else the machine does hits both sides. The machine's peak, multiplications that
// never leave the registers, is measured in each round too.
//
// made    32 texts of log-normal length (5 to 133 tokens, 1,011 in all), N rounds
// posts   N posts of a real recording, where it is on this machine, in ten parts, a part a round
// single  one text of 32 tokens
// start   `ghostmarket score` from its start to the first answer, and its memory after the 32 texts
//
// GhostMarket starts from token ids where the rival is ONNX Runtime or PyTorch, and from the text
// where it is transformers' pipeline, which starts there too.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { bin, root } from '../tests/e2e/lib.mjs';

const { values: options } = parseArgs({ options: {
  rounds: { type: 'string', default: '5' },
  posts: { type: 'string', default: '2000' },
  json: { type: 'string' },
} });
const ROUNDS = Number(options.rounds);
const PARTS = 10;
const THREADS = 2;
const SINGLE_RUNS = 21;
const STARTS = 5;
const LENGTHS = [31, 10, 44, 51, 5, 8, 27, 19, 24, 12, 49, 45, 25, 59, 35, 12, 32, 11, 48, 23, 21,
  14, 64, 21, 17, 18, 37, 32, 33, 34, 133, 17];

const python = process.env.GHOSTMARKET_VIBE_PYTHON ?? join(root, 'build/peers-vibe/bin/python');
const probeProgram = process.env.GHOSTMARKET_PROBE ?? join(root, 'build/bench/model_probe');
const rivalsDir = process.env.GHOSTMARKET_RIVALS ?? join(root, 'build/bench-vibe');
const model = join(rivalsDir, 'model');
const recording = join(root, '../shared/data/replay/gme-2021-01/live-social.jsonl.gz');

const dir = mkdtempSync(join(tmpdir(), 'ghostmarket-vibe-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const sum = (list) => list.reduce((a, b) => a + b, 0);

// A process that answers each line with one of JSON.
class Worker {
  constructor(command, args) {
    const env = { ...process.env };
    delete env.OPENBLAS_CORETYPE; // slows a current numpy
    delete env.OPENBLAS_L2_SIZE;
    this.child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.on('error', (error) => { throw error; });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.child.spawnfile} ended`);
    return JSON.parse(value);
  }

  ask(line) {
    this.child.stdin.write(`${line}\n`);
    return this.answer();
  }

  close() {
    this.child.stdin.end();
  }
}

// ------------------------------------------------------------------------------ workloads

// Words that are one piece each, so that text and ids say the same.
function madeTexts() {
  const words = readFileSync(join(model, 'vocab.txt'), 'utf8').split('\n')
    .slice(1000).filter((piece) => /^[a-z]+\d*$/.test(piece));
  let state = 1;
  const draw = () => words[(state = (state * 48271) % 2147483647) % words.length];
  return LENGTHS.map((length) => Array.from({ length: length - 2 }, draw).join(' '));
}

function realParts(count) {
  const texts = gunzipSync(readFileSync(recording)).toString().trim().split('\n')
    .map((line) => JSON.parse(line).text.replace(/\s+/g, ' ').trim()).filter(Boolean);
  const step = texts.length / count;
  const chosen = Array.from({ length: count }, (_, i) => texts[Math.floor(i * step)]);
  return Array.from({ length: PARTS }, (_, i) => chosen.filter((_, at) => at % PARTS === i));
}

// Operations for sequences of these lengths: all layers for all tokens, as the rivals compute them.
function operations(lengths) {
  const [layers, hidden, intermediate] = [12, 768, 3072];
  const row = hidden * (4 * hidden + 2 * intermediate);
  return 2 * layers * sum(lengths.map((n) => n * row + 2 * n * n * hidden));
}

async function write(texts, name, rivals) {
  const files = { texts: join(dir, `${name}.txt`), ids: join(dir, `${name}.ids`) };
  writeFileSync(files.texts, texts.join('\n') + '\n');
  await rivals.ask(`encode ${files.texts} ${files.ids}`);
  const lengths = readFileSync(files.ids, 'utf8').trim().split('\n')
    .map((line) => line.split(' ').length);
  return { ...files, count: texts.length, tokens: sum(lengths), operations: operations(lengths) };
}

// ------------------------------------------------------------------------------ contestants

function contestants(int8, f32, rivals) {
  const ours = (probe, from) => ({
    take: (work) => probe.ask(`${from} ${work[from]}`),
    run: () => probe.ask('run'),
  });
  const rival = (name, from) => ({
    take: (work) => rivals.ask(`${from} ${work[from]}`),
    run: () => rivals.ask(`run ${name}`),
  });
  return {
    'GhostMarket int8': ours(int8, 'ids'),
    'GhostMarket int8, from text': ours(int8, 'texts'),
    'GhostMarket f32': ours(f32, 'ids'),
    'ONNX Runtime int8, best schedule': rival('ort-int8', 'ids'),
    'ONNX Runtime f32, one at a time': rival('ort-f32', 'ids'),
    'ONNX Runtime f32, best schedule': rival('ort-f32-best', 'ids'),
    'PyTorch, one at a time': rival('torch', 'ids'),
    "transformers' pipeline, one at a time": rival('pipeline', 'texts'),
  };
}

const TARGETS = [
  ['GhostMarket int8', 'ONNX Runtime int8, best schedule', 2.5],
  ['GhostMarket int8, from text', "transformers' pipeline, one at a time", 9],
  ['GhostMarket f32', 'ONNX Runtime f32, one at a time', 1.8],
];

// A round: every contestant once, beginning with another one each time.
async function round(number, all, work, peaks, result) {
  const names = Object.keys(all);
  for (let i = 0; i < names.length; i++) {
    const name = names[(i + number) % names.length];
    await all[name].take(work);
    const { wall, cpu } = await all[name].run();
    (result.times[name] ??= []).push({ wall, cpu, work });
  }
  for (const [name, probe] of Object.entries(peaks))
    (result.peaks[name] ??= []).push((await probe.ask('peak')).peak);
}

async function compare(works, rounds, all, peaks) {
  const result = { times: {}, peaks: {} };
  for (let i = 0; i < rounds; i++) await round(i, all, works[i % works.length], peaks, result);
  return result;
}

function summarize(title, works, { times, peaks }) {
  const peak = { int8: median(peaks.int8), f32: median(peaks.f32) };
  const rows = Object.entries(times).map(([name, runs]) => {
    const kind = / int8/.test(name) ? 'int8' : 'f32';
    return {
      name,
      textsPerSecond: median(runs.map((run) => run.work.count / run.wall)),
      tokensPerSecond: median(runs.map((run) => run.work.tokens / run.wall)),
      shareOfPeak: median(runs.map((run) => run.work.operations / run.wall / peak[kind])),
    };
  });
  const ratios = TARGETS.map(([ours, theirs, target]) => ({
    ours,
    theirs,
    target,
    ratio: median(times[ours].map((run, i) => times[theirs][i].wall / run.wall)),
  }));
  const texts = sum(works.map((work) => work.count));
  const tokens = sum(works.map((work) => work.tokens));
  return { title, texts, tokens, peak, rows, ratios };
}

function print({ title, texts, tokens, peak, rows, ratios }) {
  console.log(`\n${title}: ${texts.toLocaleString('en')} texts, ${tokens.toLocaleString('en')} ` +
    `tokens; the machine's peak is ${(peak.int8 / 1e9).toFixed(0)} Gop/s in int8, ` +
    `${(peak.f32 / 1e9).toFixed(0)} in f32`);
  for (const row of rows)
    console.log(`  ${row.name.padEnd(40)}${row.textsPerSecond.toFixed(1).padStart(8)} texts/s` +
      `${row.tokensPerSecond.toFixed(0).padStart(8)} tokens/s` +
      `${(100 * row.shareOfPeak).toFixed(0).padStart(6)} % of the peak`);
  for (const { ours, theirs, ratio, target } of ratios)
    console.log(`  ${ours} does ${ratio.toFixed(2)} × ${theirs}: ${verdict(ratio >= target)} ` +
      `(wanted: ${target})`);
}

const verdict = (good) => (good ? 'enough' : 'NOT ENOUGH');

// ------------------------------------------------------------------------------ one at a time

async function single(probe, work) {
  await probe.ask(`ids ${work.ids}`);
  const walls = [];
  for (let i = 0; i < SINGLE_RUNS; i++) walls.push((await probe.ask('run')).wall * 1000);
  return median(walls);
}

// `ghostmarket score`: milliseconds until the first answer, MiB after all texts.
async function start(texts) {
  const child = spawn(bin, ['score', '--model', model], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const begin = performance.now();
  child.stdin.write('to the moon\n');
  if ((await lines.next()).done) throw new Error('score gave no answer');
  const ms = performance.now() - begin;
  child.stdin.write(texts.join('\n') + '\n');
  for (const _ of texts) await lines.next();
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const mib = Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024;
  child.stdin.end();
  return { ms, mib };
}

async function starts(texts) {
  await start(texts); // packs the model where that has not been done
  const all = [];
  for (let i = 0; i < STARTS; i++) all.push(await start(texts));
  return { ms: median(all.map(({ ms }) => ms)), mib: Math.max(...all.map(({ mib }) => mib)) };
}

// ------------------------------------------------------------------------------ all of it

async function main() {
  if (!existsSync(python) || !existsSync(join(rivalsDir, 'int8-channel.onnx'))) {
    console.log('bench-vibe: skipped: make bench-vibe installs the rivals and makes their model');
    return;
  }
  const rivals = new Worker(python, ['-W', 'ignore', join(root, 'bench/peers/vibe/rivals.py'),
    rivalsDir]);
  const int8 = new Worker(probeProgram, [model, 'int8', 'best', String(THREADS)]);
  const f32 = new Worker(probeProgram, [model, 'f32', 'best', String(THREADS)]);
  const versions = await rivals.answer();
  const { isa } = await int8.answer();
  await f32.answer();
  const report = { isa, threads: THREADS, versions, workloads: [] };

  const texts = madeTexts();
  const made = await write(texts, 'made', rivals);
  await rivals.ask(`ids ${made.ids}`);
  Object.assign(report, await rivals.ask('choose'));
  console.log(`${isa}, ${THREADS} threads; ONNX Runtime ${versions.onnxruntime}: int8 is fastest ` +
    `with ${report.chosen}; f32 ${report.chosen_f32}`);
  const all = contestants(int8, f32, rivals);
  const peaks = { int8, f32 };
  report.workloads.push(summarize('made', [made], await compare([made], ROUNDS, all, peaks)));
  print(report.workloads.at(-1));

  const one = await write([texts[LENGTHS.indexOf(32)]], 'one', rivals);
  report.single = { int8: await single(int8, one), f32: await single(f32, one) };
  report.start = await starts(texts);
  console.log(`\none text of 32 tokens: int8 ${report.single.int8.toFixed(1)} ms: ` +
    `${verdict(report.single.int8 <= 10)} (wanted: 10), f32 ${report.single.f32.toFixed(1)} ms`);
  console.log(`ghostmarket score: ${report.start.ms.toFixed(0)} ms to the first answer: ` +
    `${verdict(report.start.ms < 200)} (wanted: 200); ${report.start.mib.toFixed(0)} MiB at most: ` +
    `${verdict(report.start.mib <= 200)} (wanted: 200)`);

  if (existsSync(recording) && Number(options.posts) >= PARTS) {
    const works = [];
    for (const [i, part] of realParts(Number(options.posts)).entries())
      works.push(await write(part, `posts-${i}`, rivals));
    const result = await compare(works, PARTS, all, peaks);
    report.workloads.push(summarize('posts of a real recording', works, result));
    print(report.workloads.at(-1));
  } else {
    console.log('\nposts of a real recording: skipped');
  }
  if (options.json) writeFileSync(options.json, JSON.stringify(report, null, 2) + '\n');
  for (const worker of [rivals, int8, f32]) worker.close();
}

await main();
