// The actor of one room: a log in SQL with one order, messages once by their id, members, sockets
// that hibernate, and a cursor to go on from.

import { DurableObject } from "cloudflare:workers";

const MESSAGE_BYTES_MAX = 64 * 1024;
const EVENTS_MAX = 2_000;
const HELLO_EVENTS_MAX = 200;
const OPEN = 1;

export class RoomActor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS room (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1), epoch TEXT NOT NULL, offset INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS events (
        offset INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS messages (
        user_id TEXT NOT NULL, id TEXT NOT NULL, offset INTEGER NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (user_id, id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS connections (
        id TEXT PRIMARY KEY, user_id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS members (user_id TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `);
    this.sql.exec("INSERT OR IGNORE INTO room VALUES (1, ?, 0)", crypto.randomUUID());
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  async fetch(request) {
    const { userId, expiresAtMs, since } = JSON.parse(request.headers.get("x-watch"));
    const [client, server] = Object.values(new WebSocketPair());
    const id = crypto.randomUUID();
    const joined = this.ctx.storage.transactionSync(() => this.#connected(id, userId));
    if (joined !== null) this.#tell(joined);
    this.ctx.acceptWebSocket(server, [id]);
    server.serializeAttachment({ id, userId, expiresAtMs });
    for (const frame of this.#opening(since)) server.send(frame);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { "sec-websocket-protocol": "darkroom.v1" },
    });
  }

  webSocketMessage(socket, text) {
    if (text.length > MESSAGE_BYTES_MAX) return socket.close(1009, "too large");
    const { userId } = socket.deserializeAttachment();
    const frame = JSON.parse(text);
    const { event, ack } = this.ctx.storage.transactionSync(() => this.#published(userId, frame));
    if (event !== null) this.#tell(event);
    socket.send(JSON.stringify(ack));
  }

  webSocketClose(socket, code, reason) {
    const { id, userId } = socket.deserializeAttachment();
    this.sql.exec("DELETE FROM connections WHERE id = ?", id);
    const left = this.sql.exec("SELECT 1 FROM connections WHERE user_id = ? LIMIT 1", userId).toArray();
    if (left.length === 0) this.sql.exec("DELETE FROM members WHERE user_id = ?", userId);
    socket.close(code === 1005 || code === 1006 ? 1000 : code, reason);
  }

  #published(userId, { id, data }) {
    const known = this.sql
      .exec("SELECT offset, at FROM messages WHERE user_id = ? AND id = ?", userId, id)
      .toArray()[0];
    if (known !== undefined) return { event: null, ack: this.#ack(id, known.offset, known.at, true) };
    const at = new Date().toISOString();
    const said = { id, type: "message", user_id: userId, data };
    const { offset, event } = this.#kept("darkroom.room.message", userId, at, said);
    this.sql.exec("INSERT INTO messages VALUES (?, ?, ?, ?)", userId, id, offset, at);
    return { event, ack: this.#ack(id, offset, at, false) };
  }

  #ack(id, offset, time, replayed) {
    return { type: "ack", id, cursor: this.#cursor(offset), time, replayed };
  }

  // The event of who was not there before.
  #connected(id, userId) {
    this.sql.exec("INSERT INTO connections VALUES (?, ?)", id, userId);
    const since = new Date().toISOString();
    const added = this.sql.exec("INSERT OR IGNORE INTO members VALUES (?, ?) RETURNING 1", userId, since);
    if (added.toArray().length === 0) return null;
    return this.#kept("darkroom.room.joined", userId, since, { member: { user_id: userId, since } }).event;
  }

  #kept(type, subject, time, data) {
    const { offset } = this.sql.exec("UPDATE room SET offset = offset + 1 RETURNING offset").one();
    const cursor = this.#cursor(offset);
    const event = JSON.stringify({
      specversion: "1.0", id: cursor, type, source: `/rooms/${this.ctx.id.name}`, subject, time,
      datacontenttype: "application/json", cursor, data,
    });
    this.sql.exec("INSERT INTO events VALUES (?, ?, ?)", offset, type, event);
    if (offset % 64 === 0) this.sql.exec("DELETE FROM events WHERE offset <= ?", offset - EVENTS_MAX);
    return { offset, event };
  }

  #opening(since) {
    const { epoch, offset: head } = this.sql.exec("SELECT epoch, offset FROM room").one();
    const members = this.sql.exec("SELECT user_id, since FROM members").toArray();
    const [sinceEpoch, at] = (since ?? "").split(/-(?=\d+$)/);
    const first = this.sql.exec("SELECT MIN(offset) AS first FROM events").one().first ?? 1;
    const hello = { type: "hello", cursor: since, recovered: true, room: this.ctx.id.name, members };
    if (sinceEpoch === epoch && Number(at) >= first - 1 && Number(at) <= head) {
      const missed = this.sql.exec("SELECT text FROM events WHERE offset > ? ORDER BY offset", Number(at));
      return [JSON.stringify(hello), ...missed.toArray().map((row) => row.text)];
    }
    const newest = this.sql
      .exec(
        `SELECT text FROM events WHERE offset > ? AND kind = 'darkroom.room.message' ORDER BY offset`,
        head - HELLO_EVENTS_MAX,
      )
      .toArray();
    const anew = { ...hello, cursor: this.#cursor(head), recovered: false };
    return [JSON.stringify({ ...anew, messages: newest.map((row) => JSON.parse(row.text)) })];
  }

  #cursor(offset) {
    this.epoch ??= this.sql.exec("SELECT epoch FROM room").one().epoch;
    return `${this.epoch}-${offset}`;
  }

  #tell(text) {
    for (const socket of this.ctx.getWebSockets()) {
      if (socket.readyState === OPEN) socket.send(text);
    }
  }
}
