// The same duty as the product's, written plainly in JavaScript: what bench/jobs.py compares with.

import { workOn } from "./edit.js";
import { lifecycles, registrations } from "./lifecycles.js";
import { log } from "./log.js";

export { FileActor, UnqueuedFileActor } from "./file_actor.js";
export { InboxActor, OrderActor } from "./order_actor.js";

const SUBMIT_CONCURRENCY = 16;

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const [, root, orderId, verb, fileId] = url.pathname.split("/");
    if (root === "health") return new Response("ok");
    if (root !== "orders") return new Response("no such path", { status: 404 });
    switch (`${request.method} ${verb}`) {
      case "PUT files":
        return Response.json(await uploaded(env, request, orderId, fileId));
      case "POST submit-edits":
        return Response.json(await submitted(env, orderId, (await request.json()).file_ids));
      case "GET status":
        return Response.json(await env.ORDERS.getByName(orderId).status());
      case "POST registrations":
        return Response.json(await registrations(env, orderId, url.searchParams));
      case "POST lifecycles":
        return Response.json(await lifecycles(env, orderId, url.searchParams));
      default:
        return new Response("no such path", { status: 404 });
    }
  },

  async queue(batch, env) {
    const workerId = crypto.randomUUID();
    const work = batch.messages.map(async (message) => {
      await workOn(env, message.body, workerId);
      message.ack();
    });
    for (const result of await Promise.allSettled(work)) {
      if (result.status === "rejected") {
        log("message.broke", { error: `${result.reason}` });
      }
    }
  },
};

async function uploaded(env, request, orderId, fileId) {
  const ownerId = request.headers.get("x-user");
  const objectKey = `user/${ownerId}/orders/${orderId}/raw/${fileId}/${fileId}.jpg`;
  const stored = await env.PHOTOS.put(objectKey, request.body, {
    httpMetadata: { contentType: request.headers.get("content-type") },
  });
  return env.FILES.getByName(fileId).register({
    fileId, orderId, ownerId, objectKey,
    name: `${fileId}.jpg`,
    etag: stored.etag,
    sizeBytes: stored.size,
  });
}

async function submitted(env, orderId, fileIds) {
  const created = [];
  const skipped = [];
  const waiting = fileIds.values();
  const submitRest = async () => {
    for (const fileId of waiting) {
      const jobId = `job_${crypto.randomUUID().replaceAll("-", "")}`;
      const reply = await env.FILES.getByName(fileId).submit({ orderId, jobId });
      if (reply.ok) created.push({ file_id: fileId, job_id: jobId });
      else skipped.push({ file_id: fileId, reason: reply.code });
    }
  };
  await Promise.all(Array.from({ length: SUBMIT_CONCURRENCY }, submitRest));
  return { order_id: orderId, created, skipped };
}
