/** The window's colours: as the system has them, or as chosen. */
export type Theme = "system" | "light" | "dark";

const themes: readonly string[] = ["system", "light", "dark"];
const storageKey = "theme";

/** What was shown last, so that the first paint has it already; the address may name another. */
export function startingTheme(): Theme {
  const asked = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem(storageKey) ?? "system";
  return themes.includes(asked) ? (asked as Theme) : "system";
}

export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

/** Shows it now and at the next start. */
export function keepTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  showTheme(theme);
}
