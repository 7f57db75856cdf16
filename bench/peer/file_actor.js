// The actor of one file: its job, its lock with lease and fencing token, what it owes the world.

import { DurableObject } from "cloudflare:workers";
import { log } from "./log.js";

const LEASE_MS = 900_000;
const DISPATCH_TIMEOUT_MS = 30_000;
const EFFECT_RETRY_MS = 1_000;
const RETRY_BACKOFF_MS = 5_000;
const ATTEMPTS_MAX = 4;

export class FileActor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS file (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        file_id TEXT NOT NULL, order_id TEXT NOT NULL, owner_id TEXT NOT NULL, name TEXT NOT NULL,
        object_key TEXT NOT NULL, etag TEXT NOT NULL, size_bytes INTEGER NOT NULL,
        version INTEGER NOT NULL DEFAULT 1, token INTEGER NOT NULL DEFAULT 0,
        processed_key TEXT, preview TEXT,
        dispatch_due_ms INTEGER, lease_due_ms INTEGER, tell_due_ms INTEGER
      ) STRICT;
      CREATE TABLE IF NOT EXISTS jobs (
        position INTEGER PRIMARY KEY, job_id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, token INTEGER, worker_id TEXT,
        not_before_ms INTEGER NOT NULL, created_at_ms INTEGER NOT NULL, finished_at_ms INTEGER,
        error TEXT, outcome_owed INTEGER NOT NULL DEFAULT 0
      ) STRICT;
    `);
  }

  // Messages: each decides in one stretch without an await, then settles what follows from it.

  async register(upload) {
    this.sql.exec(
      `INSERT OR IGNORE INTO file
         (only_row, file_id, order_id, owner_id, name, object_key, etag, size_bytes, tell_due_ms)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)`,
      upload.fileId, upload.orderId, upload.ownerId, upload.name, upload.objectKey, upload.etag,
      upload.sizeBytes, Date.now(),
    );
    log("file.registered", idsOf(this.#file()));
    await this.#settle();
    return { ok: true };
  }

  async submit({ orderId, jobId }) {
    const now = Date.now();
    const file = this.#file();
    if (file === undefined || file.order_id !== orderId) return refused("file_not_found");
    const job = this.#newestJob();
    if (job !== undefined && (job.status === "queued" || job.status === "in_progress")) {
      return job.job_id === jobId ? { ok: true, jobId } : refused("job_active");
    }
    this.sql.exec(
      `INSERT INTO jobs (job_id, status, not_before_ms, created_at_ms) VALUES (?, 'queued', ?, ?)`,
      jobId, now, now,
    );
    this.#changed(now, { dispatchDueMs: now, leaseDueMs: null });
    log("job.queued", { ...idsOf(file), job_id: jobId });
    await this.#settle();
    return { ok: true, jobId };
  }

  async claim({ jobId, workerId }) {
    const now = Date.now();
    this.#expireLease(now);
    const file = this.#file();
    const job = this.#newestJob();
    if (job?.job_id !== jobId || job.status !== "queued" || job.not_before_ms > now) {
      return refused("job_not_claimable");
    }
    const token = file.token + 1;
    this.sql.exec(
      `UPDATE jobs SET status = 'in_progress', attempt = attempt + 1, token = ?, worker_id = ?
       WHERE position = ?`,
      token, workerId, job.position,
    );
    this.sql.exec("UPDATE file SET token = ?", token);
    this.#changed(now, { dispatchDueMs: null, leaseDueMs: now + LEASE_MS });
    log("job.claimed", {
      ...idsOf(file), job_id: jobId, attempt: job.attempt + 1, token, worker_id: workerId,
    });
    await this.#settle();
    const root = `user/${file.owner_id}/orders/${file.order_id}`;
    return {
      ok: true,
      token,
      attempt: job.attempt + 1,
      fileId: file.file_id,
      objectKey: file.object_key,
      etag: file.etag,
      processedKey: `${root}/processed/${file.file_id}/${token}`,
      previewKey: `${root}/preview/${file.file_id}/${token}.jpg`,
    };
  }

  async complete({ token, processedKey, preview }) {
    const now = Date.now();
    this.#expireLease(now);
    const job = this.#held(token);
    if (job === undefined) return refused("lease_lost");
    this.sql.exec(
      "UPDATE jobs SET status = 'done', finished_at_ms = ?, outcome_owed = 1 WHERE position = ?",
      now, job.position,
    );
    this.sql.exec(
      "UPDATE file SET processed_key = ?, preview = ?", processedKey, JSON.stringify(preview),
    );
    this.#changed(now, { dispatchDueMs: null, leaseDueMs: null });
    this.#logFinished(job, "done", now);
    await this.#settle();
    return { ok: true };
  }

  async fail({ token, error, mayPass }) {
    const now = Date.now();
    this.#expireLease(now);
    const job = this.#held(token);
    if (job === undefined) return refused("lease_lost");
    this.#attemptFailed(job, error, mayPass, now);
    await this.#settle();
    return { ok: true };
  }

  async alarm() {
    this.#expireLease(Date.now());
    await this.#settle();
  }

  // State

  #file() {
    return this.sql.exec("SELECT * FROM file").toArray()[0];
  }

  #newestJob() {
    return this.sql.exec("SELECT * FROM jobs ORDER BY position DESC LIMIT 1").toArray()[0];
  }

  #held(token) {
    const job = this.#newestJob();
    return job?.status === "in_progress" && job.token === token ? job : undefined;
  }

  #changed(now, { dispatchDueMs, leaseDueMs }) {
    this.sql.exec(
      `UPDATE file SET version = version + 1, tell_due_ms = ?, dispatch_due_ms = ?,
         lease_due_ms = ?`,
      now, dispatchDueMs, leaseDueMs,
    );
  }

  #expireLease(now) {
    const due = this.#file()?.lease_due_ms ?? null;
    if (due !== null && due <= now) {
      this.#attemptFailed(this.#newestJob(), "lease_expired", true, now);
    }
  }

  #attemptFailed(job, error, mayPass, now) {
    if (mayPass && job.attempt < ATTEMPTS_MAX) {
      const backoff = (RETRY_BACKOFF_MS * 2 ** (job.attempt - 1) * (1 + Math.random())) / 2;
      const notBefore = Math.round(now + backoff);
      this.sql.exec(
        "UPDATE jobs SET status = 'queued', error = ?, not_before_ms = ? WHERE position = ?",
        error, notBefore, job.position,
      );
      this.#changed(now, { dispatchDueMs: notBefore, leaseDueMs: null });
      log("job.requeued", { ...idsOf(this.#file()), job_id: job.job_id, attempt: job.attempt, error });
    } else {
      this.sql.exec(
        `UPDATE jobs SET status = 'failed', error = ?, finished_at_ms = ?, outcome_owed = 1
         WHERE position = ?`,
        error, now, job.position,
      );
      this.#changed(now, { dispatchDueMs: null, leaseDueMs: null });
      this.#logFinished(job, error, now);
    }
  }

  #logFinished(job, result, now) {
    const durationS = (now - job.created_at_ms) / 1000;
    log("job.finished", {
      ...idsOf(this.#file()), job_id: job.job_id, attempt: job.attempt, result, duration_s: durationS,
    });
  }

  // Effects: the alarm is set before one is tried, so that a crash is found when it rings.

  async #settle() {
    const now = Date.now();
    const file = this.#file();
    if (file === undefined) return;
    const isDue = (due) => due !== null && due <= now;
    if (isDue(file.dispatch_due_ms) || isDue(file.tell_due_ms)) {
      await this.ctx.storage.setAlarm(now + EFFECT_RETRY_MS);
    }
    try {
      if (isDue(file.dispatch_due_ms)) await this.#dispatch(file);
      if (isDue(file.tell_due_ms)) await this.#tellOrder(file);
    } catch (error) {
      log("effect.failed", { ...idsOf(file), error: `${error}` });
      return;
    }
    await this.#armAlarm();
  }

  async #dispatch(file) {
    const { job_id: jobId } = this.#newestJob();
    await this.sendToQueue({ file_id: file.file_id, job_id: jobId });
    this.sql.exec(
      "UPDATE file SET dispatch_due_ms = ? WHERE dispatch_due_ms = ?",
      Date.now() + DISPATCH_TIMEOUT_MS, file.dispatch_due_ms,
    );
  }

  async sendToQueue(dispatch) {
    await this.env.EDIT_JOBS.send(dispatch);
  }

  async #tellOrder(file) {
    const job = this.#newestJob();
    const owed = this.sql
      .exec("SELECT job_id, status, error, finished_at_ms FROM jobs WHERE outcome_owed = 1")
      .toArray();
    await this.env.ORDERS.getByName(file.order_id).apply({
      snapshot: {
        fileId: file.file_id,
        orderId: file.order_id,
        ownerId: file.owner_id,
        name: file.name,
        sizeBytes: file.size_bytes,
        version: file.version,
        status: job?.status ?? "queued",
        job: job && { id: job.job_id, attempt: job.attempt, error: job.error },
        preview: file.preview && JSON.parse(file.preview),
      },
      outcomes: owed,
    });
    for (const outcome of owed) {
      this.sql.exec("UPDATE jobs SET outcome_owed = 0 WHERE job_id = ?", outcome.job_id);
    }
    this.sql.exec("UPDATE file SET tell_due_ms = NULL WHERE version = ?", file.version);
  }

  async #armAlarm() {
    const file = this.#file();
    const dues = [file.dispatch_due_ms, file.lease_due_ms, file.tell_due_ms];
    const ahead = dues.filter((due) => due !== null);
    if (ahead.length === 0) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.min(...ahead));
  }
}

// A file whose jobs go on no queue: whoever measures claims and completes them.
export class UnqueuedFileActor extends FileActor {
  async sendToQueue() {}
}

function idsOf(file) {
  return { file_id: file.file_id, order_id: file.order_id };
}

function refused(code) {
  return { ok: false, code };
}
