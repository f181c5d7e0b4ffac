// Bundles the page and writes it as a C table (src/web/assets.h).
//
//   node ui/build.mjs --output FILE.c [--depfile FILE.d]
//   node ui/build.mjs --folder DIR        the files themselves, to look at
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { writeTable } from './embed.mjs';

const ui = path.dirname(fileURLToPath(import.meta.url));

const { values: options } = parseArgs({
  options: {
    output: { type: 'string' },
    depfile: { type: 'string' },
    folder: { type: 'string' },
  },
});

async function loadEsbuild() {
  try {
    return await import('esbuild');
  } catch {
    console.error('ui/build.mjs: esbuild is missing; run "npm ci --ignore-scripts" first');
    process.exit(1);
  }
}

async function bundle() {
  const esbuild = await loadEsbuild();
  const result = await esbuild.build({
    entryPoints: { app: path.join(ui, 'src/app.ts') },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: '/',
    format: 'esm',
    target: ['es2022', 'chrome110', 'firefox110', 'safari16'],
    conditions: ['production'],
    legalComments: 'none',
    logLevel: 'warning',
    absWorkingDir: path.dirname(ui),
  });
  const files = [
    { path: '/', type: 'text/html; charset=utf-8', source: 'src/index.html' },
    { path: '/app.js', type: 'text/javascript; charset=utf-8', bundled: '/app.js' },
    { path: '/app.css', type: 'text/css; charset=utf-8', bundled: '/app.css' },
    { path: '/icon.svg', type: 'image/svg+xml', source: 'src/icon.svg' },
  ];
  for (const file of files) {
    file.bytes = file.source
      ? await readFile(path.join(ui, file.source))
      : Buffer.from(result.outputFiles.find((output) => output.path === file.bundled).contents);
  }
  const inputs = Object.keys(result.metafile.inputs)
    .map((input) => path.resolve(path.dirname(ui), input))
    .concat(
      files.filter((file) => file.source).map((file) => path.join(ui, file.source)),
      [path.join(ui, 'build.mjs'), path.join(ui, 'embed.mjs')],
    );
  return { files, inputs };
}

const { files, inputs } = await bundle();
if (options.output) await writeFile(options.output, writeTable(files));
if (options.depfile) {
  const names = inputs.map((input) => input.replaceAll(' ', '\\ '));
  await writeFile(options.depfile, `${options.output}: ${names.join(' ')}\n`);
}
if (options.folder) {
  await mkdir(options.folder, { recursive: true });
  for (const file of files) {
    const name = file.path === '/' ? 'index.html' : file.path.slice(1);
    await writeFile(path.join(options.folder, name), file.bytes);
  }
}
