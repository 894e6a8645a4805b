/** Light, dark, or as the system has it; remembered in the browser. */

export type Theme = "auto" | "light" | "dark";

const THEMES: readonly Theme[] = ["auto", "light", "dark"];
const KEY = "indelible.theme";

export function themeNow(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto";
}

export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  // What is drawn and not styled has to be drawn anew.
  dispatchEvent(new Event("themechange"));
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing follows the system the next time.
  }
}
