import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { type Problem, problemOf } from "../../api/problem";
import { fetchFile, fileAddress } from "../../api/results";
import { type Key, t } from "../../i18n/i18n";
import { Button, Icon, ProblemNote, Status } from "../../ui/ui";
import type { FileOffer } from "./files";
import { keepFile } from "./keeping";

/**
 * A file to take away: a link where the browser fetches it by itself, else a button.
 *
 * @param signature opens the link without a key; null: none is needed.
 * @param isReady whether the link can be followed already.
 */
export function FileRow({
  file,
  signature,
  isReady,
}: {
  file: FileOffer;
  signature: string | null;
  isReady: boolean;
}) {
  const name = t(`take.file.${file.id}` as Key);
  if (file.how === "made" || !isReady) return <MadeFile file={file} name={name} isReady={isReady} />;
  return (
    <Row id={file.id}>
      <a
        class={file.id === "tif" ? "button primary file" : "button file"}
        href={fileAddress(file.path, signature)}
        {...(file.how === "tab" ? { target: "_blank", rel: "noopener" } : { download: file.name })}
      >
        <Icon name={file.how === "tab" ? "open" : "download"} /> {name}
      </a>
    </Row>
  );
}

function MadeFile({ file, name, isReady }: { file: FileOffer; name: string; isReady: boolean }) {
  const problem = useSignal<Problem | null>(null);
  const state = useSignal<"idle" | "busy" | "kept">("idle");
  const fetch = async (): Promise<void> => {
    if (state.peek() === "busy") return;
    problem.value = null;
    state.value = "busy";
    try {
      const fetched = await fetchFile(file.path, file.name);
      keepFile(fetched.blob, fetched.name);
      state.value = "kept";
    } catch (thrown) {
      state.value = "idle";
      problem.value = problemOf(thrown);
    }
  };
  const isBusy = state.value === "busy";
  return (
    <Row id={file.id}>
      <Button
        class="file"
        disabled={!isReady && file.how !== "made"}
        aria-busy={isBusy}
        onClick={() => void fetch()}
      >
        <Icon name="download" /> {name}
      </Button>
      {state.value !== "idle" && <Status>{t(isBusy ? "take.file.busy" : "take.file.kept")}</Status>}
      {problem.value && <ProblemNote problem={problem.value} onRetry={() => void fetch()} />}
    </Row>
  );
}

/** What is offered, and what it is good for. */
export function Row({ id, children }: { id: FileOffer["id"] | "geojson"; children: ComponentChildren }) {
  return (
    <li>
      {children}
      <p class="hint">{t(`take.file.${id}.for` as Key)}</p>
    </li>
  );
}
