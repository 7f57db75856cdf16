// Jobs created, claimed and completed by clients inside the Worker: no queue, no photos, no HTTP.

const PREVIEW = { objectKey: "preview", sizeBytes: 1, contentType: "image/jpeg" };

export async function registrations(env, orderId, query) {
  await eachOf(Number(query.get("count")), Number(query.get("concurrency")), async (number) => {
    const { fileId, file } = numbered(env, orderId, number);
    await file.register({
      fileId, orderId,
      ownerId: `owner-${orderId}`,
      name: `${number}.jpg`,
      objectKey: `raw/${fileId}`,
      etag: "etag",
      sizeBytes: 1,
    });
  });
  return env.ORDERS.getByName(orderId).status();
}

export async function lifecycles(env, orderId, query) {
  await eachOf(Number(query.get("count")), Number(query.get("concurrency")), async (number) => {
    const { jobId, file } = numbered(env, orderId, number);
    await file.submit({ orderId, jobId });
    const grant = await file.claim({ jobId, workerId: "bench" });
    const done = { token: grant.token, processedKey: grant.processedKey, preview: PREVIEW };
    await file.complete(done);
  });
  return env.ORDERS.getByName(orderId).status();
}

function numbered(env, orderId, number) {
  const id = `${orderId}${number.toString(16).padStart(16, "0")}`;
  const fileId = `file_${id}`;
  return { fileId, jobId: `job_${id}`, file: env.UNQUEUED_FILES.getByName(fileId) };
}

async function eachOf(count, concurrency, work) {
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  const client = async () => {
    for (const number of numbers) await work(number);
  };
  await Promise.all(Array.from({ length: concurrency }, client));
}
