// Whose a session's token is (JWT, HS256), and until when; null: nobody's.

const keys = new Map();

export async function userOf(token, secret) {
  const [header, claims, signature] = token.split(".");
  if (signature === undefined) return null;
  const signed = new TextEncoder().encode(`${header}.${claims}`);
  const key = await keyOf(secret);
  if (!(await crypto.subtle.verify("HMAC", key, bytesOf(signature), signed))) return null;
  const { sub, exp } = JSON.parse(new TextDecoder().decode(bytesOf(claims)));
  return exp * 1000 > Date.now() ? { userId: sub, expiresAtMs: exp * 1000 } : null;
}

async function keyOf(secret) {
  if (!keys.has(secret)) {
    const raw = new TextEncoder().encode(secret);
    const usage = { name: "HMAC", hash: "SHA-256" };
    keys.set(secret, await crypto.subtle.importKey("raw", raw, usage, false, ["verify"]));
  }
  return keys.get(secret);
}

function bytesOf(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}
