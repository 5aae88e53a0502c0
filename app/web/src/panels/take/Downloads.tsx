import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { apiKey } from "../../api/client";
import { type Problem, problemOf } from "../../api/problem";
import { signatureOf } from "../../api/results";
import { t } from "../../i18n/i18n";
import { ProblemNote } from "../../ui/ui";
import { FileRow } from "./FileRow";
import { mapFiles } from "./files";

/** A signature opens the files for a day, and there is a new one in time. */
const SIGNED_S = 86_400;
const RENEWED_MS = (SIGNED_S / 2) * 1000;

/** The files of a map, each with what it is for. */
export function Downloads({ map }: { map: string }) {
  const title = useId();
  const { signature, problem, again } = useSignature(map);
  return (
    <section class="take-part" aria-labelledby={title}>
      <h3 id={title}>{t("take.files")}</h3>
      {problem.value && <ProblemNote problem={problem.value} onRetry={again} />}
      <ul class="downloads">
        {mapFiles(map).map((file) => (
          <FileRow
            key={file.id}
            file={file}
            signature={signature.value}
            isReady={!apiKey.value || signature.value !== null}
          />
        ))}
      </ul>
    </section>
  );
}

/** What lets the browser itself fetch files from a server that asks for keys: downloads send none. */
function useSignature(map: string): {
  signature: ReadonlySignal<string | null>;
  problem: ReadonlySignal<Problem | null>;
  again: () => void;
} {
  const signature = useSignal<string | null>(null);
  const problem = useSignal<Problem | null>(null);
  const turn = useSignal(0);
  const key = apiKey.value;
  const now = turn.value;
  useEffect(() => {
    signature.value = null;
    problem.value = null;
    if (!key) return undefined;
    const ending = new AbortController();
    const sign = async (): Promise<void> => {
      try {
        signature.value = await signatureOf(map, SIGNED_S, ending.signal);
        problem.value = null;
      } catch (thrown) {
        if (!ending.signal.aborted) problem.value = problemOf(thrown);
      }
    };
    void sign();
    const timer = setInterval(sign, RENEWED_MS);
    return () => {
      clearInterval(timer);
      ending.abort();
    };
  }, [map, key, now]);
  return { signature, problem, again: () => (turn.value += 1) };
}
