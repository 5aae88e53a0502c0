import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../i18n/i18n";
import { TOOLS, type Tool, tool } from "../state";
import { Icon } from "../ui/ui";
import { TOOL_KEYS } from "./keymap";
import { Picture } from "./Picture";
import { regionBox } from "./pictureLayers";
import { wantedBox } from "./view";

/** One stop of the Tab key; the arrow keys go from button to button, as toolbars do (WAI-ARIA practices). */
export function Toolbar({ onZoom, onKeys }: { onZoom: (by: number) => void; onKeys: () => void }) {
  const bar = useRef<HTMLDivElement>(null);
  const [at, goTo] = useState(0);
  const box = regionBox();
  const buttons = [
    ...TOOLS.map((name) => toolButton(name)),
    { label: t("map.zoom.in"), picture: <Icon name="plus" />, onClick: () => onZoom(1) },
    { label: t("map.zoom.out"), picture: <Icon name="minus" />, onClick: () => onZoom(-1) },
    {
      label: t("map.fit"),
      picture: <Icon name="fit" />,
      isOff: box === null,
      onClick: () => {
        wantedBox.value = box;
      },
    },
    { label: t("map.keys"), picture: <Picture name="keys" />, onClick: onKeys },
  ] satisfies ToolbarButton[];
  const move = (event: KeyboardEvent): void => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + buttons.length) % buttons.length;
    goTo(next);
    bar.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div class="map-card map-toolbar" role="toolbar" aria-label={t("map.tools")} ref={bar} onKeyDown={move}>
      {buttons.map(({ label, hint, keys, isPressed, isOff, picture, onClick }: ToolbarButton, index) => (
        <button
          type="button"
          key={label}
          class="button icon"
          aria-label={label}
          title={hint ?? label}
          aria-keyshortcuts={keys}
          aria-pressed={isPressed}
          aria-disabled={isOff ? true : undefined}
          tabIndex={index === at ? 0 : -1}
          onFocus={() => goTo(index)}
          onClick={() => !isOff && onClick()}
        >
          {picture}
        </button>
      ))}
    </div>
  );
}

interface ToolbarButton {
  label: string;
  hint?: string;
  keys?: string;
  isPressed?: boolean;
  /** Stays where it is and can be reached, but does nothing. */
  isOff?: boolean;
  picture: ComponentChildren;
  onClick: () => void;
}

function toolButton(name: Tool): ToolbarButton {
  const label = t(`map.tool.${name}`);
  return {
    label,
    hint: t("map.tool.withKey", { name: label, key: TOOL_KEYS[name].toUpperCase() }),
    keys: TOOL_KEYS[name],
    isPressed: tool.value === name,
    picture: <Icon name={name} />,
    onClick: () => {
      tool.value = name;
    },
  };
}
