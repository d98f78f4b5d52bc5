// The service's REST API, with the session's cookie. Errors are problems (docs/api.md).

/** An answer that refuses. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} detail
   * @param {any} body
   */
  constructor(status, code, detail, body) {
    super(detail);
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/**
 * @param {string} path below `/api/v1/`
 * @param {RequestInit} [options]
 */
async function ask(path, options = {}) {
  const answer = await fetch(`/api/v1/${path}`, { credentials: 'same-origin', ...options });
  if (answer.ok) return answer;
  let body = null;
  try {
    body = await answer.json();
  } catch {
    // not a problem of ours: a proxy's page, say
  }
  throw new Problem(answer.status, body?.code ?? 'unknown', body?.detail ?? `${answer.status} ${answer.statusText}`, body);
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function get(path, signal) {
  return (await ask(path, { signal })).json();
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function getBytes(path, signal) {
  return (await ask(path, { signal })).arrayBuffer();
}

/**
 * @param {string} path
 * @param {unknown} body
 * @param {{dryRun?: boolean, version?: number, once?: boolean}} [how] `once` gives the request a key, so that repeating it does nothing twice
 * @returns {Promise<any>}
 */
export async function post(path, body, { dryRun = false, version, once = false } = {}) {
  /** @type {Record<string, string>} */
  const headers = { 'Content-Type': 'application/json' };
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  if (once && !dryRun) headers['Idempotency-Key'] = crypto.randomUUID();
  const answer = await ask(dryRun ? `${path}?dry_run=true` : path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return answer.status === 204 ? null : answer.json();
}

/**
 * The query of a search; empty values are left out.
 * @param {Record<string, string | number | boolean | undefined | null>} terms
 */
export function query(terms) {
  const parts = Object.entries(terms).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return parts.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`).join('&');
}
