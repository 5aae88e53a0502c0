import { redo, STEPS, selected, step, TOOLS, tool, undo } from "../state";

/** Keys that count wherever the page has the focus; those of labelling are with the map (`map/keyboard.ts`). */
export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) redo();
      else undo();
    } else if (isCommand && event.key.toLowerCase() === "y") {
      event.preventDefault();
      redo();
    } else if (event.altKey && /^[1-6]$/.test(event.key)) {
      event.preventDefault();
      step.value = STEPS[Number(event.key) - 1] ?? step.value;
    } else if (event.key === "Escape") {
      selected.value = new Set();
      tool.value = TOOLS[0];
    }
  });
}

/** In a field for text, keys are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !["button", "checkbox", "color", "radio", "range"].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}
