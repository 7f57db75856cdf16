/* The tiles: one list item per file, changed in place so that focus and pictures survive an update. */
import { byId, call, fill, words } from "./api.js";

export const held = new Map(); // file id → the newest File
export const isActive = (file) => ["queued", "in_progress"].includes(file.job?.status);
const BYTES = new Intl.NumberFormat("en", { style: "unit", unit: "byte", unitDisplay: "narrow", notation: "compact" });

/** Signed URLs are asked for only when a tile comes near the screen: an order may have a thousand files. */
const sight = new IntersectionObserver((sightings) => {
  for (const { target, isIntersecting } of sightings) if (isIntersecting) picture(target, true);
}, { rootMargin: "300px" });

/** A whole snapshot: what it does not name is gone, and its versions count even if they are lower than ours. */
export function replaceAll(files) {
  for (const file of held.values()) if (!files.some(({ id }) => id === file.id)) remove(file);
  files.forEach(show);
  arrange(files.map(({ id }) => id));
}

/** Moves only what is out of place, because what is moved loses the focus. */
export function arrange(ids) {
  const tiles = byId("tiles");
  ids.filter((id) => held.has(id)).forEach((id, at) => {
    if (tiles.children[at] !== byId(id)) tiles.insertBefore(byId(id), tiles.children[at]);
  });
}

export const update = (file) => file.version <= held.get(file.id)?.version || show(file);

export function remove({ id }) {
  if (!held.delete(id)) return;
  const tile = byId(id);
  const heir = (tile.nextElementSibling ?? tile.previousElementSibling)?.querySelector("button");
  if (tile.contains(document.activeElement)) (heir ?? byId("order-title")).focus();
  tile.remove();
}

function show(file) {
  const tile = held.has(file.id) ? byId(file.id) : byId("tile").content.firstElementChild.cloneNode(true);
  const image = tile.querySelector("img"), why = file.job?.error;
  held.set(file.id, file);
  [tile.id, tile.dataset.state] = [file.id, file.status];
  fill(tile, {
    ".name": file.name,
    ".status": words(file.status) || file.status,
    ".lock": file.locked && words("locked"),
    ".attempt": file.job?.attempt > 1 && words("attempt", file.job),
    ".size": BYTES.format(file.size_bytes),
    ".failure": why && (words(why.code, why) || why.detail),
    ".note": [why && isActive(file) && "retried", file.paused && "paused", file.archived_at && "archived"]
      .map((code) => words(code)).join(" ").trim(),
    ".placeholder": words(isActive(file) ? `job_${file.status}` : file.preview_url ? "loading" : `idle_${file.status}`),
  });
  for (const button of tile.querySelectorAll("button")) button.ariaLabel = `${button.textContent} ${file.name}`;
  image.alt = words("preview", file);
  image.hidden = !file.job || image.dataset.job !== file.job.id; // a preview belongs to the job that made it
  if (!tile.isConnected) byId("tiles").append(tile);
  sight.unobserve(tile);
  sight.observe(tile); // observing anew tells at once whether the tile is in sight
}

async function picture(tile, mayRefresh) {
  const file = held.get(tile.id), image = tile.querySelector("img");
  if (!file?.preview_url || isActive(file) || (mayRefresh && image.dataset.job === file.job.id)) return;
  const fail = () => fill(tile, { ".placeholder": words("no_preview") });
  image.onload = () => { image.dataset.job = file.job.id; image.hidden = false; };
  image.onerror = () => mayRefresh ? picture(tile, false) : fail(); // the signed URL may have expired
  const preview = await call("GET", file.preview_url).catch(fail);
  if (preview) Object.assign(image, { width: preview.width, height: preview.height, src: preview.url });
}
