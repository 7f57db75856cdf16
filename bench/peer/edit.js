// One attempt at one job: claim, copy raw to processed, make the preview, complete.

import { log } from "./log.js";

const PREVIEW = { width: 1280, height: 1280, fit: "scale-down", background: "#ffffff" };
const OUTPUT = { format: "image/jpeg", quality: 85 };

class EditFailed extends Error {}

export async function workOn(env, { file_id: fileId, job_id: jobId }, workerId) {
  const file = env.FILES.getByName(fileId);
  const grant = await file.claim({ jobId, workerId });
  if (!grant.ok) {
    log("job.not_claimed", { file_id: fileId, job_id: jobId, reason: grant.code });
    return;
  }
  let ended;
  try {
    const preview = await edited(env, grant);
    ended = await file.complete({ token: grant.token, processedKey: grant.processedKey, preview });
  } catch (error) {
    const mayPass = !(error instanceof EditFailed);
    ended = await file.fail({ token: grant.token, error: `${error}`, mayPass });
    await env.PHOTOS.delete([grant.processedKey, grant.previewKey]);
  }
  if (!ended.ok) log("job.not_answered", { file_id: fileId, job_id: jobId, reason: ended.code });
}

async function edited(env, grant) {
  const raw = await env.PHOTOS.get(grant.objectKey, { onlyIf: { etagMatches: grant.etag } });
  if (raw === null) throw new EditFailed("raw_missing");
  if (!raw.body) throw new EditFailed("raw_changed");
  await env.PHOTOS.put(grant.processedKey, raw.body, {
    httpMetadata: raw.httpMetadata,
    md5: raw.checksums.md5,
  });
  const processed = await env.PHOTOS.get(grant.processedKey);
  const result = await env.IMAGES.input(processed.body).transform(PREVIEW).output(OUTPUT);
  const picture = await result.response().arrayBuffer();
  await env.PHOTOS.put(grant.previewKey, picture, { httpMetadata: { contentType: OUTPUT.format } });
  return { objectKey: grant.previewKey, sizeBytes: picture.byteLength, contentType: OUTPUT.format };
}
