import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n/i18n";
import { isTyping } from "../../shell/keys";
import { server } from "../../state";
import { BroughtNote } from "./BroughtNote";
import { bring, bringFiles } from "./bringing";
import "../../styles/drop.css";

/** Labels can be dropped or pasted wherever one is on the page; what became of them is said there, too. */
export function FileDrop() {
  const isOver = useSignal(false);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    addEventListener(
      "dragover",
      (event) => {
        const isElsewhere = event.target instanceof Element && event.target.closest("[data-drop]");
        isOver.value = !isElsewhere && hasFiles(event);
        if (isOver.value) event.preventDefault();
      },
      { signal },
    );
    addEventListener(
      "dragleave",
      (event) => {
        if (event.relatedTarget === null) isOver.value = false;
      },
      { signal },
    );
    addEventListener(
      "drop",
      (event) => {
        isOver.value = false;
        if (event.defaultPrevented || !hasFiles(event)) return;
        event.preventDefault();
        if (server.value) void bringFiles([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    addEventListener("paste", pasted, { signal });
    return () => ending.abort();
  }, []);
  return (
    <>
      {isOver.value && (
        <div class="drop-overlay">
          <p>{t("label.drop")}</p>
          <p>{t("label.drop.kinds")}</p>
        </div>
      )}
      <BroughtNote />
    </>
  );
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function pasted(event: ClipboardEvent): void {
  if (event.defaultPrevented || isTyping(event.target) || !server.value) return;
  const files = [...(event.clipboardData?.files ?? [])];
  const text = event.clipboardData?.getData("text/plain").trim() ?? "";
  if (files.length === 0 && !text) return;
  event.preventDefault();
  if (files.length > 0) void bringFiles(files);
  else void bring([{ name: nameOf(text), content: new Blob([text]), title: t("label.pasted") }]);
}

/** GeoJSON begins with a brace, a table with a word. */
function nameOf(text: string): string {
  return /^[{[]/.test(text) ? "pasted.geojson" : "pasted.csv";
}
