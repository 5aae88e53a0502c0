import { useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/i18n";
import { Button, IconButton } from "../ui/ui";
import { type Placed, place } from "./placing";
import { endTour, goOn, greet, HINTS, startTour, touring } from "./touring";
import "../styles/tour.css";

/** Hints on the first visit, one at a time; the page can be used as if they were not there. */
export function Tour() {
  useEffect(greet, []);
  return touring.value && <Card />;
}

function Card() {
  const card = useRef<HTMLDivElement>(null);
  const placed = useSignal<Placed | null>(null);
  const words = useId();
  const { at, isByHand } = touring.value ?? { at: "welcome", isByHand: false };
  const index = at === "welcome" ? -1 : HINTS.indexOf(at);
  const isLast = index === HINTS.length - 1;

  useLayoutEffect(() => {
    const target = document.querySelector(at === "welcome" || at === "map" ? ".map" : `[data-tour="${at}"]`);
    const put = (): void => {
      placed.value = card.current && target ? placeOf(card.current, target) : null;
    };
    put();
    target?.classList.add("is-hinted");
    const observer = new ResizeObserver(put);
    const moving = [document.body, card.current, ...document.querySelectorAll(".map-corner")];
    for (const each of moving) if (each) observer.observe(each);
    return () => {
      observer.disconnect();
      target?.classList.remove("is-hinted");
    };
  }, [at, placed]);

  // Who asks for the hints is taken to them; on the first visit nobody is interrupted.
  useEffect(() => {
    if (!isByHand) return undefined;
    const before = document.activeElement;
    card.current?.focus();
    return () => {
      if (before instanceof HTMLElement && isIn(document.activeElement)) before.focus();
    };
  }, [isByHand]);

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) endTour();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);

  const { left, top, arrow, at: along } = placed.value ?? { left: 0, top: 0, arrow: null, at: 0 };
  return (
    <div
      ref={card}
      class={`tour ${arrow ? `arrow-${arrow}` : ""}`}
      role="dialog"
      aria-label={t("shell.tour")}
      aria-describedby={words}
      tabIndex={-1}
      style={{ left: `${left}px`, top: `${top}px`, "--along": `${along}px` }}
    >
      {index >= 0 && (
        <div class="tour-top">
          <p class="hint">{t("shell.tour.count", { number: index + 1, all: HINTS.length })}</p>
          <IconButton kind="quiet" icon="close" label={t("shell.tour.skip")} onClick={endTour} />
        </div>
      )}
      <p id={words} aria-live="polite">
        {t(`shell.tour.${at}`)}
      </p>
      <div class="row tour-ways">
        {at === "welcome" ? (
          <>
            <Button onClick={() => startTour(true)}>{t("shell.help")}</Button>
            <Button kind="primary" onClick={endTour}>
              {t("shell.tour.done")}
            </Button>
          </>
        ) : (
          <>
            {index > 0 && <Button onClick={() => goOn(-1)}>{t("shell.tour.back")}</Button>}
            <Button kind="primary" onClick={() => goOn(1)}>
              {t(isLast ? "shell.tour.done" : "shell.tour.next")}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

function placeOf(card: HTMLElement, target: Element): Placed | null {
  const map = document.querySelector(".map");
  if (!map) return null;
  const taken = [...document.querySelectorAll(".map-corner > *")];
  return place(
    { width: card.offsetWidth, height: card.offsetHeight },
    target.getBoundingClientRect(),
    map.getBoundingClientRect(),
    taken.map((each) => each.getBoundingClientRect()),
  );
}

/** Where the focus is when its element has gone: on the card, or on nothing. */
function isIn(element: Element | null): boolean {
  return element === null || element === document.body || element.closest(".tour") !== null;
}
