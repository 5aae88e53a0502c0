import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/i18n";
import { TOOLS } from "../state";
import { Button } from "../ui/ui";
import { areLettersOn } from "./keyboard";
import { TOOL_KEYS } from "./keymap";

/** Which keys the map knows; and a way to turn single letters off (WCAG 2.2, 2.1.4). */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog class="map-key-help" ref={dialog} aria-labelledby="key-help-title" onClose={onClose}>
      <h2 id="key-help-title">{t("map.keys.title")}</h2>
      <h3>{t("map.keys.everywhere")}</h3>
      <KeyList
        keys={[
          ...TOOLS.map((name) => [TOOL_KEYS[name].toUpperCase(), t(`map.tool.${name}`)] as const),
          ["1 … 9, 0", t("map.keys.class")],
          [t("map.key.delete"), t("map.keys.delete")],
          ["F", t("map.keys.finish")],
          [t("map.key.backspace"), t("map.keys.back")],
          [t("map.key.escape"), t("map.keys.escape")],
        ]}
      />
      <label class="map-check">
        <input
          type="checkbox"
          checked={areLettersOn.value}
          onChange={(event) => {
            areLettersOn.value = event.currentTarget.checked;
          }}
        />
        {t("map.keys.letters")}
      </label>
      <h3>{t("map.keys.focus")}</h3>
      <KeyList
        keys={[
          [t("map.key.arrows"), t("map.keys.arrows")],
          [t("map.key.shiftArrows"), t("map.keys.little")],
          ["+ −", t("map.keys.zoom")],
          [t("map.key.enter"), t("map.keys.act")],
          ["M", t("map.keys.move")],
        ]}
      />
      <Button kind="primary" onClick={() => dialog.current?.close()}>
        {t("map.keys.close")}
      </Button>
    </dialog>
  );
}

function KeyList({ keys }: { keys: readonly (readonly [string, string])[] }) {
  return (
    <dl class="map-keys">
      {keys.map(([key, does]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
