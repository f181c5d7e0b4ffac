#!/usr/bin/env node
// A real Apache Kafka (KRaft) on loopback, for development and tests.
//
//   tools/kafka.mjs install             the artifacts, from Maven, into the build folder
//   tools/kafka.mjs start [BROKERS]     one broker or three, until `stop`; prints how to reach it
//   tools/kafka.mjs stop                ends them and removes their data
//   tools/kafka.mjs run COMMAND…        a broker of its own for the time of a command, which finds
//                                       it in GHOSTMARKET_KAFKA; exits 77 ("skipped", an error where
//                                       CI is set) where Kafka cannot be had
//
// Each broker has two listeners: PLAINTEXT, and SASL_SSL with SCRAM-SHA-256 under a certificate that
// is made at the start. BUILD names the build folder.
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const SKIPPED = 77;
const START_MS = 120_000; // until a broker answers, on a machine that is busy with much else
const STOP_MS = 30_000; // for a clean shutdown, before it is killed
export const USER = "ghost";
export const PASSWORD = "secret-of-the-tests";

const source = path.dirname(fileURLToPath(import.meta.url));
const build = path.resolve(process.env.BUILD ?? path.join(source, "..", "build"));
const libraries = path.join(build, "kafka", "libs");
const stateFile = path.join(build, "kafka", "cluster.json");

export class Unavailable extends Error {}

// Fetches the artifacts where they are not there yet.
export async function install() {
  const done = path.join(libraries, ".complete");
  const pom = path.join(source, "kafka", "pom.xml");
  const wanted = fs.readFileSync(pom, "utf8");
  if (fs.existsSync(done) && fs.readFileSync(done, "utf8") === wanted) return;
  fs.rmSync(libraries, { recursive: true, force: true });
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"];
  try {
    await run("mvn", ["-B", "-q", "-f", pom, ...goal, `-DoutputDirectory=${libraries}`], {
      timeout: 300_000,
    });
    await run("java", ["-version"]);
  } catch (error) {
    throw new Unavailable(`Kafka cannot be had from Maven: ${lastLine(error)}`);
  }
  fs.writeFileSync(done, wanted);
}

function lastLine(error) {
  const lines = `${error.stdout ?? ""}\n${error.stderr ?? ""}\n${error.message}`.split("\n");
  return lines.find((line) => line.includes("ERROR")) ?? error.message.split("\n")[0];
}

// Ports that are free now; all are held until the last is known, so that none comes twice.
async function freePorts(count) {
  const servers = [];
  for (let i = 0; i < count; i++) {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

// A certificate authority, and with it one certificate for all brokers. Returns the files.
async function makeCertificates(folder) {
  const at = (name) => path.join(folder, name);
  const key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  const openssl = (...args) => run("openssl", args);
  await openssl("req", "-x509", ...key, "-subj", "/CN=ghostmarket test authority",
    "-keyout", at("ca.key"), "-out", at("ca.pem"));
  await openssl("req", ...key.slice(0, 3), "-subj", "/CN=127.0.0.1", "-keyout", at("broker.key"),
    "-out", at("broker.csr"));
  fs.writeFileSync(at("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  await openssl("x509", "-req", "-days", "2", "-in", at("broker.csr"), "-CA", at("ca.pem"),
    "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("names"), "-out", at("broker.crt"));
  const pem = fs.readFileSync(at("broker.key"), "utf8") + fs.readFileSync(at("broker.crt"), "utf8");
  fs.writeFileSync(at("broker.pem"), pem, { mode: 0o600 });
  return { authority: at("ca.pem"), keystore: at("broker.pem") };
}

function properties(cluster, broker) {
  const replicas = Math.min(3, cluster.brokers.length);
  const voters = cluster.brokers.map((b) => `${b.id}@127.0.0.1:${b.controller}`);
  return {
    "process.roles": "broker,controller",
    "node.id": broker.id,
    "controller.quorum.voters": voters.join(","),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    listeners:
      `PLAINTEXT://127.0.0.1:${broker.plain},SASL_SSL://127.0.0.1:${broker.secure},` +
      `CONTROLLER://127.0.0.1:${broker.controller}`,
    "listener.security.protocol.map":
      "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
    "sasl.enabled.mechanisms": "SCRAM-SHA-256",
    "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config":
      "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": cluster.keystore,
    "log.dirs": path.join(cluster.folder, `data-${broker.id}`),
    "auto.create.topics.enable": false,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "log.cleaner.dedupe.buffer.size": 4194304,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": Math.min(2, replicas),
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": 1,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
  };
}

// -Xshare and the serial collector: a small process that starts soon.
const JAVA = ["-Xmx320m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

function java(main, ...args) {
  return [...JAVA, "-cp", path.join(libraries, "*"), main, ...args];
}

function startBroker(cluster, broker) {
  const file = path.join(cluster.folder, `broker-${broker.id}.properties`);
  const log = fs.openSync(path.join(cluster.folder, `broker-${broker.id}.log`), "a");
  const child = spawn("java", java("kafka.Kafka", file), {
    stdio: ["ignore", log, log],
    detached: true,
  });
  fs.closeSync(log);
  child.unref();
  broker.pid = child.pid;
  return child;
}

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// True when it takes connections, which a broker does as the last step of its start.
function listens(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

async function waitUntilUp(cluster, broker) {
  const deadline = Date.now() + START_MS;
  while (!(await listens(broker.plain))) {
    if (!alive(broker.pid) || Date.now() > deadline) {
      const log = path.join(cluster.folder, `broker-${broker.id}.log`);
      throw new Error(`broker ${broker.id} does not start: ${fs.readFileSync(log, "utf8")}`);
    }
    await pause(100);
  }
}

export const restartBroker = async (cluster, broker) => {
  startBroker(cluster, broker);
  await waitUntilUp(cluster, broker);
};

// Sixteen random bytes in base64url, that never begin with "-": the tool which takes the id would
// read that as an option.
export function clusterId() {
  const bytes = randomBytes(16);
  bytes[0] &= 0x7f;
  return bytes.toString("base64url");
}

// Starts a cluster in a folder of its own, and waits until it takes connections.
export async function startCluster(count, folder) {
  await install();
  fs.mkdirSync(folder, { recursive: true });
  const { authority, keystore } = await makeCertificates(folder);
  const ports = await freePorts(count * 3);
  const brokers = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    plain: ports[3 * i],
    secure: ports[3 * i + 1],
    controller: ports[3 * i + 2],
  }));
  const cluster = { folder, authority, keystore, brokers };
  try {
    await startBrokers(cluster);
  } catch (error) {
    await stopCluster(cluster);
    throw error;
  }
  cluster.bootstrap = brokers.map((broker) => `127.0.0.1:${broker.plain}`).join(",");
  cluster.secure = brokers.map((broker) => `127.0.0.1:${broker.secure}`).join(",");
  return cluster;
}

async function startBrokers(cluster) {
  const id = clusterId();
  const scram = `SCRAM-SHA-256=[name=${USER},password=${PASSWORD}]`;
  for (const broker of cluster.brokers) {
    const file = path.join(cluster.folder, `broker-${broker.id}.properties`);
    const lines = Object.entries(properties(cluster, broker)).map(([k, v]) => `${k}=${v}\n`);
    fs.writeFileSync(file, lines.join(""));
    const format = ["format", "-t", id, "-c", file, "--add-scram", scram];
    await run("java", java("kafka.tools.StorageTool", ...format));
  }
  for (const broker of cluster.brokers) startBroker(cluster, broker);
  await Promise.all(cluster.brokers.map((broker) => waitUntilUp(cluster, broker)));
}

// Ends the brokers by their pids, and removes what they kept.
export async function stopCluster(cluster) {
  for (const { pid } of cluster.brokers) if (pid && alive(pid)) process.kill(pid, "SIGTERM");
  const deadline = Date.now() + STOP_MS;
  for (const { pid } of cluster.brokers) {
    while (pid && alive(pid) && Date.now() < deadline) await pause(50);
    if (pid && alive(pid)) process.kill(pid, "SIGKILL");
  }
  fs.rmSync(cluster.folder, { recursive: true, force: true });
}

// What a program needs to find the cluster, as environment.
export function environment(cluster) {
  return {
    GHOSTMARKET_KAFKA: cluster.bootstrap,
    GHOSTMARKET_KAFKA_SECURE: cluster.secure,
    GHOSTMARKET_KAFKA_CA: cluster.authority,
  };
}

async function runWith(command) {
  const cluster = await startCluster(1, fs.mkdtempSync(path.join(os.tmpdir(), "gm-kafka-")));
  const stopped = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve(1));
  });
  const child = spawn(command[0], command.slice(1), {
    stdio: "inherit",
    env: { ...process.env, ...environment(cluster) },
  });
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
  const code = await Promise.race([ended, stopped]);
  child.kill("SIGKILL");
  await stopCluster(cluster);
  return code;
}

async function start(count) {
  if (fs.existsSync(stateFile)) throw new Error("a cluster runs already: make kafka-stop ends it");
  const cluster = await startCluster(count, path.join(build, "kafka", "cluster"));
  fs.writeFileSync(stateFile, JSON.stringify(cluster));
  console.log(`Kafka runs, ${count} broker${count === 1 ? "" : "s"}:
  PLAINTEXT  ${cluster.bootstrap}
  SASL_SSL   ${cluster.secure}
             SCRAM-SHA-256, user ${USER}, password "${PASSWORD}", CA ${cluster.authority}`);
}

async function stop() {
  if (!fs.existsSync(stateFile)) return;
  await stopCluster(JSON.parse(fs.readFileSync(stateFile, "utf8")));
  fs.rmSync(stateFile);
}

async function main([verb, ...args]) {
  if (verb === "install") await install();
  else if (verb === "start") await start(Number(args[0] ?? 1));
  else if (verb === "stop") await stop();
  else if (verb === "run" && args.length > 0) return runWith(args);
  else throw new Error("usage: kafka.mjs install | start [BROKERS] | stop | run COMMAND…");
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    const skipped = error instanceof Unavailable && !process.env.CI;
    console.error(`kafka: ${error.message}${skipped ? " (skipped)" : ""}`);
    process.exitCode = skipped ? SKIPPED : 1;
  }
}
