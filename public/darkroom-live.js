/* Follows an order or a room of Darkroom, whatever breaks: by WebSocket, else server-sent events, else long poll, going
   on from one cursor. For browsers and other runtimes with fetch; no dependencies. How to use it: docs/live.md. */
import { bearer, EXPIRED, Line, LINE_LOST, problemOf, TIMES, TRANSPORTS } from "./darkroom-lines.js";

const FAITHFUL = 2; // failures, before a transport that has worked is doubted
const PUBLISH_TRIES = 8;
const NO_TOKEN = "no_token"; // it could not be had now

/** What follows a close code: docs/api.md has the whole table. Of HTTP: 401 is as 4401, 429 as 4429. */
export const CLOSINGS = {
  1000: "stop", 1001: "retry", 1006: "retry", 1009: "stop", 1011: "retry", 1012: "retry", 4400: "stop", 4401: "refresh",
  4403: "stop", 4404: "stop", 4409: "stop", 4429: "wait",
};
const REASONS = { 401: "signed_out", 403: "forbidden", 404: "not_found", 409: "replaced" };

/** Everything that happens to an order. Options: docs/live.md. */
export function followOrder(orderId, options) {
  const path = `/api/orders/${encodeURIComponent(orderId)}`;
  return new DarkroomLive({ socket: `${path}/live`, events: `${path}/events` }, options);
}

/** Everything that is said in a room; with a WebSocket one is a member of it, too. */
export function followRoom(roomId, options) {
  const room = encodeURIComponent(roomId), path = `/rooms/${room}`;
  const socket = `/ws/${room}?tab=${crypto.randomUUID()}`;
  return new DarkroomLive({ socket, events: `${path}/events`, messages: `${path}/messages` }, options);
}

/** Tells by events: `state`, `snapshot`, `resumed`, `event`, `frame`. Begins by itself; ends by close(). */
export class DarkroomLive extends EventTarget {
  #paths; #base; #askToken; #transports; #cursor;
  #token; #asking; #wantsFresh = false; #isFresh = false;
  #failures = 0; #spreadMs = 0; #preferred = 0; #hasWorked = false; #betterAt = 0; #betterAfterMs = TIMES.betterAfter;
  #skipsTo = 0; #line; #pauses = new Set(); #isOver = false;
  #onNetwork = ({ type }) => {
    this.#betterAt = 0;
    if (type === "online") this.#wake();
    this.#line?.probe();
  };

  constructor(paths, { base = globalThis.location?.href, token, cursor, transports = Object.keys(TRANSPORTS) } = {}) {
    super();
    [this.#paths, this.#base, this.#askToken, this.#cursor] = [paths, new URL(base), token, cursor];
    this.#transports = transports;
    for (const name of ["online", "offline"]) globalThis.addEventListener?.(name, this.#onNetwork);
    queueMicrotask(() => this.#follow()); // whoever made us listens first
  }

  /** Of the last thing told: keep it to go on from there another day. */
  get cursor() { return this.#cursor; }

  /** Ends all pauses, or makes sure that the line is alive; while one is being tried, there is nothing to do. */
  reconnect() {
    this.#wake();
    this.#line?.probe();
  }

  /** For good, and without another word. */
  close() {
    this.#isOver = true;
    for (const name of ["online", "offline"]) globalThis.removeEventListener?.(name, this.#onNetwork);
    this.#line?.end({ code: 1000 });
    this.#wake();
  }

  /** To a room: resolves with what the server says of it, once it is told. Sent again with the same id until then,
      or until close(). */
  async publish({ id = crypto.randomUUID(), type = "message", data = null }) {
    const body = JSON.stringify({ id, type, data });
    for (let tries = 1; ; tries++) {
      const { kept, token, ...problem } = await this.#say(body);
      if (kept) return kept;
      const next = verdict(problem.code);
      const isFinal = next === "stop" || (next === "refresh" && !this.#forget(token)) || tries === PUBLISH_TRIES;
      if (!isFinal && !this.#isOver) await this.#pause(problem.retryAfterMs || pauseMs(tries));
      if (isFinal || this.#isOver)
        throw Object.assign(new Error(problem.detail ?? "the server cannot be reached"), problem);
    }
  }

  /** Once: what is kept, or the problem, and of which token. */
  async #say(body) {
    let token;
    try {
      token = await this.#tokenOf();
      const headers = { "content-type": "application/json", ...bearer(token) };
      const signal = AbortSignal.timeout(TIMES.publishMax);
      const answer = await fetch(new URL(this.#paths.messages, this.#base), { method: "POST", body, headers, signal });
      if (!answer.ok) throw await problemOf(answer);
      const kept = await answer.json();
      this.#isFresh = false;
      return { kept };
    } catch (trouble) {
      return { token, ...(trouble instanceof Error ? { code: LINE_LOST } : trouble) };
    }
  }

  // --- From one connection to the next

  async #follow() {
    while (!this.#isOver) {
      let ending;
      for (const name of this.#turn()) {
        ending = await this.#connect(name);
        if (this.#isOver) return;
        if (ending.lastedMs !== undefined || saysWhy(ending.code)) break; // another would hear the same
      }
      await this.#goOn(ending);
    }
  }

  /** The transports to try, one after the other, before the next pause. */
  #turn() {
    const start = Date.now() < this.#betterAt ? this.#preferred : 0;
    const isKnownToWork = this.#hasWorked && start === this.#preferred;
    if (isKnownToWork && this.#failures < FAITHFUL) return this.#transports.slice(start, start + 1);
    return [...this.#transports.slice(start), ...this.#transports.slice(0, start)];
  }

  async #connect(transport) {
    let begunMs, deadline;
    const take = (frame) => {
      this.#take(frame);
      if (frame.type !== "hello" || begunMs || this.#isOver) return;
      clearTimeout(deadline);
      begunMs = Date.now();
      this.#spreadMs = 0; // unless it is said again
      this.#isFresh = false;
      line.isGreeted = true;
      this.#settleFor(this.#transports.indexOf(transport));
      this.#tell("state", { state: "live", transport });
    };
    const line = this.#line = new Line(this.#paths, this.#base, () => this.#cursor, take);
    const open = (token) => {
      if (line.signal.aborted) return {};
      line.token = token;
      deadline = setTimeout(() => line.end({ code: LINE_LOST, detail: "nothing came" }), TIMES.firstFrameMax);
      return TRANSPORTS[transport](line);
    };
    this.#tell("state", { state: "connecting", transport });
    const fail = (trouble) => line.end(trouble instanceof Error ? { code: LINE_LOST } : trouble);
    this.#tokenOf().then(open).then((ending) => line.end(ending), fail);
    const ending = await line.ended;
    clearTimeout(deadline);
    this.#line = null;
    return { ...ending, token: line.token, lastedMs: begunMs && Date.now() - begunMs };
  }

  #settleFor(index) {
    this.#hasWorked = true;
    if (index !== 0 && Date.now() >= this.#betterAt) {
      this.#betterAt = Date.now() + this.#betterAfterMs;
      this.#betterAfterMs = Math.min(TIMES.betterAfterMax, 2 * this.#betterAfterMs);
    }
    if (index === 0) this.#betterAfterMs = TIMES.betterAfter;
    this.#preferred = index;
  }

  async #goOn({ code, detail, retryAfterMs, token, lastedMs }) {
    const isSteady = lastedMs >= TIMES.steady;
    if (isSteady) this.#failures = 0;
    const next = verdict(code);
    const mayRefresh = next === "refresh" && this.#forget(token);
    if (mayRefresh && (isSteady || lastedMs === undefined)) return; // at once, for the next token must be let in
    if (next === "stop" || (next === "refresh" && !mayRefresh)) {
      this.close();
      return this.#tell("state", { state: "stopped", code, reason: REASONS[code % 4000] ?? "refused", detail });
    }
    const ms = pauseMs(this.#failures++, this.#spreadMs) + (retryAfterMs || (next === "wait" ? TIMES.pauseMax : 0));
    const paused = this.#pause(ms);
    this.#tell("state", { state: "waiting", untilMs: Date.now() + ms, code, detail });
    await paused;
  }

  async #pause(ms) {
    let wake;
    const woken = new Promise((resolve) => { wake = resolve; });
    const timer = setTimeout(wake, ms);
    this.#pauses.add(wake);
    await woken;
    clearTimeout(timer);
    this.#pauses.delete(wake);
  }

  #wake() {
    for (const wake of this.#pauses) wake();
  }

  // --- Who we are

  /** One question at a time: it may take as long as a person takes to sign in. */
  async #tokenOf() {
    if (!this.#askToken || this.#token) return this.#token;
    this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  async #ask() {
    const ask = async () => this.#askToken({ fresh: this.#wantsFresh });
    const token = await ask().catch(() => { throw { code: NO_TOKEN }; });
    this.#isFresh ||= token === null; // then there is nothing to ask for once more
    if (token === null) throw { code: EXPIRED };
    this.#wantsFresh = false;
    return this.#token = token;
  }

  /** After a refusal of this token: whether there may be another. */
  #forget(token) {
    if (token !== this.#token) return true; // there is a newer one already
    if (!this.#askToken || this.#isFresh) return false;
    [this.#token, this.#wantsFresh, this.#isFresh] = [undefined, true, true];
    return true;
  }

  /** The session ends in a minute: a newer token keeps the line. Without one it is closed, and then we ask again. */
  async #renew(line) {
    [this.#token, this.#wantsFresh] = [undefined, true];
    const token = await this.#tokenOf().catch(() => null);
    if (token && line === this.#line) line.send(JSON.stringify({ type: "auth", token }));
  }

  // --- What is told

  #take(frame) {
    if (frame.type === "hello") return this.#greet(frame);
    if (frame.type === "expiring") void this.#renew(this.#line);
    if (frame.type === "spread") this.#spreadMs = Math.min(TIMES.pauseMax, Number(frame.within_ms) || 0);
    if (!frame.specversion) return this.#tell("frame", frame);
    const [epoch, offset] = placeOf(frame.cursor), [ours, known] = placeOf(this.#cursor);
    if (epoch === ours && offset <= known) return; // told already
    const isWhole = epoch === ours && (offset === known + 1 || offset <= this.#skipsTo);
    if (!isWhole) return this.#line.end({ code: LINE_LOST, detail: "something was missing" });
    this.#cursor = frame.cursor;
    this.#tell("event", frame);
  }

  /** Whoever goes on and is owed much gets the newest of each file alone: up to `skipsTo` offsets may be missing.
      A long poll does not say how far that is. */
  #greet(hello) {
    const [, offset] = placeOf(hello.cursor);
    const upTo = hello.status?.cursor ?? hello.up_to;
    if (hello.recovered) this.#skipsTo = upTo ? placeOf(upTo)[1] : Infinity;
    else [this.#cursor, this.#skipsTo] = [hello.cursor, offset];
    this.#tell(hello.recovered ? "resumed" : "snapshot", hello);
  }

  #tell(type, detail) {
    this.dispatchEvent(Object.assign(new Event(type), { detail }));
  }
}

/** Full jitter; over a longer time where the server has said that very many watch. */
const pauseMs = (failures, spreadMs = 0) =>
  Math.random() * Math.max(spreadMs, Math.min(TIMES.pauseMax, TIMES.pause * 2 ** failures));

function verdict(code) {
  const known = CLOSINGS[code] ?? (code < 1000 && CLOSINGS[code + 4000]);
  return known || (code >= 400 && code < 500 && code !== 408 ? "stop" : "retry"); // 408: it took us too long
}

/** Whether the server, and nothing between, has ended it: by a status, or by a close code of the table. */
const saysWhy = (code) => code !== LINE_LOST && (code < 1000 || code in CLOSINGS || code === NO_TOKEN);

/** Epoch and offset. Throws at what is no cursor. */
function placeOf(cursor) {
  const [, epoch, offset] = /^(.+)-(\d+)$/.exec(cursor);
  return [epoch, Number(offset)];
}
