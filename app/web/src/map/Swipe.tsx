import { useRef } from "preact/hooks";
import { version } from "../follow/follow";
import { percent, t } from "../i18n/i18n";
import { Icon } from "../ui/ui";
import { swipe } from "./view";

/** The divider between imagery (left) and map (right): dragged, or moved with the arrow keys. */
export function Swipe() {
  const handle = useRef<HTMLDivElement>(null);
  if (swipe.value === null || !version.value) return null;
  const at = swipe.value;
  const drag = (event: PointerEvent): void => {
    const area = handle.current?.parentElement?.getBoundingClientRect();
    if (!area || !handle.current?.hasPointerCapture(event.pointerId)) return;
    swipe.value = within((100 * (event.clientX - area.left)) / area.width);
  };
  const press = (event: KeyboardEvent): void => {
    const to = moved(event.key, at);
    if (to === null) return;
    event.preventDefault();
    swipe.value = within(to);
  };
  return (
    <div
      class="map-swipe"
      ref={handle}
      role="slider"
      tabIndex={0}
      aria-label={t("map.swipe")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at)}
      aria-valuetext={percent(at / 100)}
      style={{ left: `${at}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
    >
      <span class="map-swipe-handle">
        <Icon name="swipe" />
      </span>
    </div>
  );
}

/** Where a key takes a slider from there; null: nowhere. */
export function moved(key: string, at: number): number | null {
  const by: Record<string, number> = {
    ArrowRight: 1,
    ArrowUp: 1,
    ArrowLeft: -1,
    ArrowDown: -1,
    PageUp: 10,
    PageDown: -10,
  };
  if (key === "Home") return 0;
  if (key === "End") return 100;
  const step = by[key];
  return step === undefined ? null : at + step;
}

const within = (share: number): number => Math.min(100, Math.max(0, Math.round(10 * share) / 10));
