// Seals in the browser what `pairup.keys.sealing` opens, and opens what it seals. Both say how; tests hold them alike.
// WebCrypto only: no package. P-256, HKDF-SHA256, AES-256-GCM, PBKDF2.

export const SIZES = [4096, 16384, 65536];
export const MOST_ANSWERS = 4;
const POINT = 65, NONCE = 12, LENGTH = 4, DIGITS = 16, ROUNDS = 600000;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const VERSION = new Uint8Array([1]);

const utf8 = (text) => new TextEncoder().encode(text);

export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
}

export function bytesOf(text) {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

export function hex(bytes) {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

async function hkdf(secret, salt, info, bytes) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, bytes * 8));
}

// a secret of 32 bytes; no salt is 32 zeros, as RFC 5869 has it
const derived = (secret, what) => hkdf(secret, new Uint8Array(32), `pairup-receipt-1 ${what}`, 32);

const aes = (raw, use) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, [use]);

function filled(content, size) {
  const all = new Uint8Array(size);
  new DataView(all.buffer).setUint32(0, content.length);
  all.set(content, LENGTH);
  return all;
}

function emptied(padded) {
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  return padded.subarray(LENGTH, LENGTH + length);
}

// the number of a public key, to compare with what is published elsewhere
export async function markOf(publicKey) {
  const digest = await crypto.subtle.digest("SHA-256", joined(utf8("pairup-box-key-1"), publicKey));
  const view = new DataView(digest);
  return Array.from({ length: 8 }, (_, at) => String(view.getUint32(at * 4) % 100000).padStart(5, "0")).join(" ");
}

// sixteen digits, each as likely as the others
export function makeCode() {
  let code = "";
  while (code.length < DIGITS) {
    for (const one of crypto.getRandomValues(new Uint8Array(32))) {
      if (one < 250 && code.length < DIGITS) code += String(one % 10);
    }
  }
  return code;
}

// what somebody typed, without blanks, and with the wide digits of a Chinese keyboard; null where it is no code
export function readCode(given) {
  const digits = given.normalize("NFKC").replace(/[^0-9]/g, "");
  return digits.length === DIGITS ? digits : null;
}

export async function receiptOf(code) {
  const key = await crypto.subtle.importKey("raw", utf8(code), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: utf8("pairup-receipt-1"), iterations: ROUNDS };
  const stretched = new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
  return { receipt: hex(await derived(stretched, "receipt")), answerKey: await derived(stretched, "answers") };
}

// the content of an envelope, and the size it is filled up to; null where it is too long
export function contentOf(text, answerKey) {
  const content = utf8(JSON.stringify({ text, answer_key: base64(answerKey) }));
  const size = SIZES.find((one) => content.length <= one - LENGTH);
  return size === undefined ? null : filled(content, size);
}

// seals a complaint; null where it is too long
export async function seal(text, answerKey, publicKey) {
  const padded = contentOf(text, answerKey);
  if (padded === null) return null;
  const theirs = await crypto.subtle.importKey("raw", publicKey, CURVE, false, []);
  const fresh = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", fresh.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, fresh.privateKey, 256);
  const made = await hkdf(shared, joined(point, publicKey), "pairup-complaint-1", 32 + NONCE);
  const how = { name: "AES-GCM", iv: made.slice(32), additionalData: joined(VERSION, point, publicKey) };
  const closed = await crypto.subtle.encrypt(how, await aes(made.slice(0, 32), "encrypt"), padded);
  return joined(VERSION, point, new Uint8Array(closed));
}

export async function tagOf(answerKey, number) {
  return hex(await derived(answerKey, `tag ${number}`));
}

// opens an answer; null where it is not the answer of this number, as where there is none yet
export async function openAnswer(sealed, answerKey, number) {
  const key = await aes(await derived(answerKey, "seal"), "decrypt");
  const how = { name: "AES-GCM", iv: sealed.slice(0, NONCE), additionalData: utf8(await tagOf(answerKey, number)) };
  try {
    const padded = new Uint8Array(await crypto.subtle.decrypt(how, key, sealed.slice(NONCE)));
    return new TextDecoder().decode(emptied(padded));
  } catch {
    return null;
  }
}
