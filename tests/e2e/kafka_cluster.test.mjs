// The Kafka of the tests is a real one: it takes messages in the clear and over TLS with a password,
// refuses a wrong one, and is gone without a trace when it is stopped.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import {
  PASSWORD, USER, Unavailable, clusterId, install, restartBroker, startCluster, stopCluster,
} from "../../tools/kafka.mjs";

// Meson takes 77 as "skipped"; where CI is set nothing may be.
try {
  await install();
} catch (error) {
  if (!(error instanceof Unavailable) || process.env.CI) throw error;
  console.log(`SKIPPED, all of it: ${error.message}`);
  process.exit(77);
}

function kcat(args, input = "") {
  return new Promise((resolve) => {
    const child = execFile("kcat", args, { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }));
    child.stdin.end(input);
  });
}

const secure = (cluster, password) => [
  "-b", cluster.secure, "-X", "security.protocol=SASL_SSL", "-X", "sasl.mechanism=SCRAM-SHA-256",
  "-X", `sasl.username=${USER}`, "-X", `sasl.password=${password}`,
  "-X", `ssl.ca.location=${cluster.authority}`,
];

const folder = () => fs.mkdtempSync(path.join(os.tmpdir(), "gm-kafka-"));

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("no cluster's id looks like an option", () => {
  for (let i = 0; i < 10_000; i++) assert.match(clusterId(), /^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
});

test("one broker: both listeners, the password, a kill, the end", async (t) => {
  const cluster = await startCluster(1, folder());
  t.after(() => stopCluster(cluster));
  const clear = await kcat(["-L", "-b", cluster.bootstrap]);
  assert.match(clear.stdout, /1 brokers:/);
  const signed = await kcat(["-L", ...secure(cluster, PASSWORD)]);
  assert.match(signed.stdout, /1 brokers:/, signed.stderr);
  const refused = await kcat(["-L", "-m", "5", ...secure(cluster, "wrong")]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /invalid credentials/);

  const [broker] = cluster.brokers;
  process.kill(broker.pid, "SIGKILL");
  while (alive(broker.pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  await restartBroker(cluster, broker);
  assert.match((await kcat(["-L", "-b", cluster.bootstrap])).stdout, /1 brokers:/);

  await stopCluster(cluster);
  assert.ok(!alive(broker.pid));
  assert.ok(!fs.existsSync(cluster.folder));
});

test("a command gets a broker of its own, and its exit status comes through", async () => {
  const tool = new URL("../../tools/kafka.mjs", import.meta.url).pathname;
  const child = spawn("node", [tool, "run", "sh", "-c", "echo $GHOSTMARKET_KAFKA; exit 7"]);
  let out = "";
  child.stdout.on("data", (data) => (out += data));
  const code = await new Promise((resolve) => child.on("exit", resolve));
  assert.equal(code, 7);
  assert.match(out, /^127\.0\.0\.1:\d+\n$/);
});
