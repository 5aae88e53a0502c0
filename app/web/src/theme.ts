import { effect, signal } from "@preact/signals";

const CHOSEN = "landshot.theme";
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>(THEMES.find((name) => name === localStorage.getItem(CHOSEN)) ?? "auto");

/** The stylesheet has each colour twice (`light-dark()`); this says which one counts. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.style.colorScheme = theme.value === "auto" ? "light dark" : theme.value;
    localStorage.setItem(CHOSEN, theme.value);
  });
}
