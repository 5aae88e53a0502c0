import { signal } from "@preact/signals";
import { Problem } from "./problem";

const KEY_NAME = "landshot.key";

/** The API key, where the server wants one: kept until the tab is closed, and sent as a header only. */
export const apiKey = signal<string>(sessionStorage.getItem(KEY_NAME) ?? "");

/** Whether the server has refused for want of a key: the page then asks for one. */
export const keyWanted = signal(false);

/** What it said to the key that it was given; null: it was given none. */
export const keyRefusal = signal<Problem | null>(null);

export function useKey(key: string): void {
  apiKey.value = key.trim();
  sessionStorage.setItem(KEY_NAME, apiKey.value);
  keyWanted.value = false;
}

interface Asking {
  method?: "GET" | "POST" | "DELETE";
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Addresses are relative to the page, so that a proxy may put all of it below a path of its own. */
export function address(path: string): string {
  return new URL(path.replace(/^\//, ""), document.baseURI).href;
}

/** One request; what is no success is thrown as a `Problem`. */
export async function ask(path: string, asking: Asking = {}): Promise<Response> {
  const headers: Record<string, string> = { ...asking.headers };
  if (apiKey.value) headers.authorization = `Bearer ${apiKey.value}`;
  if (asking.json !== undefined) headers["content-type"] = "application/json";
  const body = asking.json !== undefined ? JSON.stringify(asking.json) : asking.body;
  let response: Response;
  try {
    response = await fetch(address(path), {
      method: asking.method ?? (body === undefined ? "GET" : "POST"),
      headers,
      ...(body === undefined ? {} : { body }),
      ...(asking.signal ? { signal: asking.signal } : {}),
    });
  } catch (error) {
    throw broken(error);
  }
  if (response.ok) return response;
  const problem = await Problem.of(response);
  if (response.status === 401) {
    keyRefusal.value = headers.authorization ? problem : null;
    keyWanted.value = true;
  }
  throw problem;
}

/** The same, with a JSON document as the answer. */
export async function askJson<T>(path: string, asking: Asking = {}): Promise<T> {
  const response = await ask(path, asking);
  return await whole(response.json() as Promise<T>);
}

/** The body of an answer, all of it: the connection may break on the way. */
export async function whole<T>(body: Promise<T>): Promise<T> {
  try {
    return await body;
  } catch (error) {
    throw broken(error);
  }
}

function broken(error: unknown): unknown {
  return error instanceof DOMException && error.name === "AbortError" ? error : Problem.offline();
}

/** `?a=1&b=2`; what is null or undefined is left out. */
export function query(parameters: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}
