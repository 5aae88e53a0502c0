import { effect, signal } from "@preact/signals";
import { titleOf } from "../api/adaptations";
import { t } from "../i18n/i18n";
import { isTyping } from "../shell/keys";
import { activeClass, project, selected, tool } from "../state";
import { announce } from "./announce";
import type { Drawing } from "./drawing";
import { type Command, commandOf } from "./keymap";
import { removeSelected } from "./labelling";
import type { MapParts } from "./map";
import { asked } from "./view";

const KEPT = "landshot.letters";

/** Whether single letters and digits choose tools and classes. */
export const areLettersOn = signal(localStorage.getItem(KEPT) !== "off");

/**
 * Keys for what the map is there for, until the function that is given back is called.
 *
 * Arrows, plus and minus are OpenLayers' own. What is done without a mouse is done in the middle of the map.
 */
export function startMapKeys({ map, target }: MapParts, drawing: Drawing): () => void {
  const middle = (): number[] => map.getView().getCenter() ?? [0, 0];
  const obey: { [Name in Command["do"]]: (command: Extract<Command, { do: Name }>) => void } = {
    tool: (command) => {
      tool.value = command.tool;
      announce(t(`map.tool.${command.tool}`));
    },
    class: ({ index }) => {
      const chosen = project.value.classes[index];
      if (!chosen) return;
      activeClass.value = chosen.id;
      announce(t("map.said.class", { name: titleOf(chosen.name) }));
    },
    act: () => drawing.act(middle()),
    move: () => drawing.moveTo(middle()),
    finish: () => drawing.finish(),
    stepBack: () => drawing.stepBack(),
    giveUp: () => drawing.giveUp(),
    remove: () => removeSelected(),
    close: () => {
      asked.value = null;
      target.focus({ preventScroll: true });
    },
  };
  // After a click nobody sees where the middle is: the first key shows it, and does not act there.
  let isPointed = false;
  const pointed = (): void => {
    isPointed = true;
  };
  const pressed = (event: KeyboardEvent, isFirst: boolean): void => {
    const at = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || at?.closest("dialog")) return;
    const command = commandOf(event, {
      isOnMap: at === target,
      isAround: at === document.body || Boolean(target.parentElement?.contains(at)),
      isTyping: isTyping(at),
      isSketching: drawing.isSketching,
      isAsking: asked.value !== null,
      areLettersOn: areLettersOn.value,
    });
    if (!command || FIRST.has(command.do) !== isFirst || !isOfUse(command)) return;
    event.preventDefault();
    event.stopPropagation();
    if (command.do === "act" && (event.repeat || isPointed)) return;
    (obey[command.do] as (command: Command) => void)(command);
  };
  const early = (event: KeyboardEvent): void => pressed(event, true);
  const late = (event: KeyboardEvent): void => {
    pressed(event, false);
    isPointed = false;
  };
  target.addEventListener("pointerdown", pointed);
  addEventListener("keydown", early, { capture: true });
  addEventListener("keydown", late);
  const end = effect(() => {
    localStorage.setItem(KEPT, areLettersOn.value ? "on" : "off");
  });
  return () => {
    removeEventListener("keydown", early, { capture: true });
    removeEventListener("keydown", late);
    target.removeEventListener("pointerdown", pointed);
    end();
  };
}

/** Before everybody else on the page: a polygon that is being drawn takes Escape and Ctrl+Z for itself. */
const FIRST: ReadonlySet<Command["do"]> = new Set(["giveUp", "stepBack", "close"]);

/** A key that can do nothing now is left to others. */
function isOfUse(command: Command): boolean {
  if (command.do === "class") return command.index < project.value.classes.length;
  return command.do !== "remove" || selected.value.size > 0;
}
