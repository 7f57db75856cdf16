// The actor of one order, which counts its files, and of one user's inbox.

import { DurableObject } from "cloudflare:workers";
import { log } from "./log.js";

const EFFECT_RETRY_MS = 1_000;
const NOTIFICATIONS_PER_DELIVERY_MAX = 50;
const INBOX_NOTIFICATIONS_MAX = 1_000;

export class OrderActor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.isNotifying = false;
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS orders (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        owner_id TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE TABLE IF NOT EXISTS files (
        position INTEGER PRIMARY KEY, file_id TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL, status TEXT NOT NULL, snapshot TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS owed_notifications (
        notification_id TEXT PRIMARY KEY, document TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  }

  async apply({ snapshot, outcomes }) {
    this.sql.exec("INSERT OR IGNORE INTO orders (only_row, owner_id) VALUES (1, ?)", snapshot.ownerId);
    for (const outcome of outcomes) {
      const note = { ...outcome, orderId: snapshot.orderId, fileId: snapshot.fileId };
      this.sql.exec(
        "INSERT OR IGNORE INTO owed_notifications VALUES (?, ?)",
        outcome.job_id, JSON.stringify(note),
      );
    }
    const saved = this.sql.exec(
      `INSERT INTO files (file_id, version, status, snapshot) VALUES (?, ?, ?, ?)
       ON CONFLICT (file_id) DO UPDATE SET version = excluded.version, status = excluded.status,
         snapshot = excluded.snapshot WHERE excluded.version > files.version
       RETURNING position`,
      snapshot.fileId, snapshot.version, snapshot.status, JSON.stringify(snapshot),
    );
    if (saved.toArray().length > 0) this.sql.exec("UPDATE orders SET version = version + 1");
    if (outcomes.length > 0) await this.#notifyOwner();
    return { ok: true };
  }

  async status() {
    const rows = this.sql.exec("SELECT status, COUNT(*) AS n FROM files GROUP BY status").toArray();
    const counts = { queued: 0, in_progress: 0, done: 0, failed: 0 };
    for (const row of rows) counts[row.status] = row.n;
    const [order] = this.sql.exec("SELECT version FROM orders").toArray();
    return { total: rows.reduce((sum, row) => sum + row.n, 0), counts, version: order?.version ?? 0 };
  }

  async alarm() {
    await this.#notifyOwner();
  }

  // One delivery at a time: what comes meanwhile goes with the next.
  async #notifyOwner() {
    if (this.isNotifying) return;
    this.isNotifying = true;
    try {
      while (await this.#delivered());
    } catch (error) {
      log("effect.failed", { order_id: this.ctx.id.name, error: `${error}` });
    } finally {
      this.isNotifying = false;
    }
  }

  // Whether there was something to deliver. The alarm is set first, in case this is cut off.
  async #delivered() {
    const owed = this.sql
      .exec("SELECT * FROM owed_notifications LIMIT ?", NOTIFICATIONS_PER_DELIVERY_MAX)
      .toArray();
    if (owed.length === 0) {
      this.ctx.storage.deleteAlarm();
      return false;
    }
    await this.ctx.storage.setAlarm(Date.now() + EFFECT_RETRY_MS);
    const { owner_id: ownerId } = this.sql.exec("SELECT owner_id FROM orders").one();
    await this.env.INBOXES.getByName(ownerId).deliver(owed);
    for (const { notification_id: id } of owed) {
      this.sql.exec("DELETE FROM owed_notifications WHERE notification_id = ?", id);
    }
    return true;
  }
}

export class InboxActor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS notifications (
        position INTEGER PRIMARY KEY, notification_id TEXT NOT NULL UNIQUE,
        document TEXT NOT NULL, read_at_ms INTEGER
      ) STRICT
    `);
  }

  async deliver(notifications) {
    for (const { notification_id: id, document } of notifications) {
      this.sql.exec(
        "INSERT OR IGNORE INTO notifications (notification_id, document) VALUES (?, ?)", id, document,
      );
    }
    this.sql.exec(
      `DELETE FROM notifications
       WHERE position <= (SELECT MAX(position) FROM notifications) - ?`,
      INBOX_NOTIFICATIONS_MAX,
    );
  }
}
