// Many sockets that watch a room or an order, and one that publishes: told what to do line by line.
//
//     node watchers.mjs darkroom|socketio <ws address>
//
// One line of JSON in is one line out: {"do":"connect","path":…,"token":…,"count":…} → {"ms":…};
// {"do":"publish","count":…,"in_flight":…,"rest_ms":…} → {"ms":…,"each_ms":[…]}; {"do":"leave"} → {}, at once and
// without a word; {"do":"miss","count":…} → {}, what those who left miss; {"do":"resume"} → {"each_ms":[…]},
// until each has read what it missed; {"do":"reach","cursor":…} → {"frames":…}, that each has read until
// it was there; {"do":"close"} → {}.

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import WebSocket from "ws";
import { protocols } from "./protocols.mjs";

const [speaks, base] = process.argv.slice(2);
const protocol = protocols[speaks];
const PADDING = "x".repeat(120);
const UPGRADES_AT_ONCE = 64; // when people come one after the other
const CLIENT = { perMessageDeflate: false, skipUTF8Validation: true };
const GIVE_UP_MS = 120_000;
const LOOK_MS = 2;

let path = "";
let token = "";
let publisher = null;
let watchers = [];
let heard = () => {}; // by a watcher, of one message

class Watcher {
  socket = null;
  place = null;
  acknowledged = new Map();
  frames = 0;

  constructor(hears) {
    this.hears = hears;
  }

  // Resolves when the server has greeted it.
  connect() {
    const address = protocol.address(base, path, this.place);
    this.socket = new WebSocket(address, protocol.subprotocols(token), CLIENT);
    this.socket.on("message", (data) => this.read(data.toString("latin1")));
    return new Promise((resolve, reject) => {
      this.greeted = resolve;
      this.socket.on("error", reject);
      this.socket.on("close", (code, reason) => reject(new Error(`closed: ${code} ${reason}`)));
    });
  }

  read(text) {
    this.frames++;
    for (const found of protocol.read(text, this.place)) {
      if (found.place) this.place = found.place;
      if (found.reply) this.socket.send(found.reply);
      if (found.greets) this.greeted();
      if (found.message) this.hears(found.message, this);
      if (found.acknowledges) this.acknowledged.get(found.acknowledges)?.();
    }
  }

  publish(number, atMs) {
    const id = speaks === "socketio" ? `${number}` : randomUUID();
    const acknowledged = new Promise((resolve) => this.acknowledged.set(id, resolve));
    this.socket.send(protocol.publish(id, { number, at_ms: atMs, padding: PADDING }));
    return acknowledged.then(() => this.acknowledged.delete(id));
  }

  close() {
    this.socket.close();
    return new Promise((resolve) => this.socket.on("close", resolve));
  }
}

const actions = {
  async connect({ count, ...where }) {
    ({ path, token } = where);
    publisher = new Watcher(() => {});
    await publisher.connect();
    watchers = Array.from({ length: count }, () => new Watcher((...news) => heard(...news)));
    const began = performance.now();
    const waiting = watchers.values();
    const connectRest = async () => {
      for (const watcher of waiting) await watcher.connect();
    };
    await Promise.all(Array.from({ length: UPGRADES_AT_ONCE }, connectRest));
    return { ms: performance.now() - began };
  },

  // A message is in flight until every watcher has it; then the next one follows, after a rest.
  async publish({ count, in_flight: inFlight, rest_ms: restMs = 0 }) {
    const each = [];
    const left = new Map();
    const began = performance.now();
    let next = 0;
    await new Promise((resolve) => {
      const sendOne = () => {
        left.set(next, watchers.length);
        publisher.publish(next++, performance.now());
      };
      heard = ({ number, atMs }) => {
        each.push(performance.now() - atMs);
        const still = left.get(number) - 1;
        left.set(number, still);
        if (still > 0) return;
        left.delete(number);
        if (next < count) restMs ? setTimeout(restMs).then(sendOne) : sendOne();
        else if (left.size === 0) resolve();
      };
      for (let one = 0; one < Math.min(inFlight, count); one++) sendOne();
    });
    return { ms: performance.now() - began, each_ms: each };
  },

  async leave() {
    await Promise.all(watchers.map((watcher) => {
      watcher.socket.removeAllListeners("close");
      watcher.socket.terminate();
      return new Promise((resolve) => watcher.socket.on("close", resolve));
    }));
    return {};
  },

  async miss({ count }) {
    for (let number = 0; number < count; number++) await publisher.publish(number, 0);
    return {};
  },

  async resume({ missed }) {
    const each = [];
    const left = new Map(watchers.map((watcher) => [watcher, missed]));
    const began = performance.now();
    await new Promise((resolve, reject) => {
      heard = (_message, watcher) => {
        left.set(watcher, left.get(watcher) - 1);
        if (left.get(watcher) !== 0) return;
        each.push(performance.now() - began);
        if (each.length === watchers.length) resolve();
      };
      for (const watcher of watchers) watcher.connect().catch(reject);
    });
    return { each_ms: each };
  },

  async reach({ cursor }) {
    while (watchers.some(({ place }) => place.cursor !== cursor)) await setTimeout(LOOK_MS);
    const frames = watchers.reduce((sum, watcher) => sum + watcher.frames - 1, 0); // all but `hello`
    return { frames: frames / watchers.length };
  },

  async close() {
    const all = [publisher, ...watchers];
    [publisher, watchers] = [null, []];
    await Promise.all(all.map((watcher) => watcher.close()));
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const late = new AbortController();
  const tooLate = async () => {
    await setTimeout(GIVE_UP_MS, undefined, late);
    throw new Error(`${command.do} takes too long`);
  };
  const answer = await Promise.race([actions[command.do](command), tooLate()]).catch(fail);
  late.abort();
  console.log(JSON.stringify(answer));
}

function fail(error) {
  console.error(`${error.stack}`);
  process.exit(1);
}
