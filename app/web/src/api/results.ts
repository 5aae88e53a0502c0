import { address, ask, askJson, query, whole } from "./client";

/** Parameters that open a map's files without a key, for a while. */
export async function signatureOf(map: string, seconds: number, signal: AbortSignal): Promise<string> {
  const signed = await askJson<{ landcover: string }>(`maps/${map}/sign${query({ expires_in: seconds })}`, {
    method: "POST",
    signal,
  });
  return new URL(signed.landcover).search.replace(/^\?/, "");
}

/** Where a file is; with a signature, for a browser that sends no key. */
export function fileAddress(path: string, signature: string | null): string {
  const whole = address(path);
  return signature ? `${whole}${whole.includes("?") ? "&" : "?"}${signature}` : whole;
}

export interface Fetched {
  readonly blob: Blob;
  readonly name: string;
}

/** A file as a whole, where its making may be refused or a key has to be sent. */
export async function fetchFile(path: string, name: string): Promise<Fetched> {
  const response = await ask(path);
  const given = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { blob: await whole(response.blob()), name: given ?? name };
}
