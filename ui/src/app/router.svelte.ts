import { tick } from "svelte";

/** The screens of the window, by the word that stands in the address. */
export const screens = [
  "overview",
  "activity",
  "problems",
  "matching",
  "preview",
  "agreement",
  "settings",
  "history",
  "wizard",
] as const;

export type Screen = (typeof screens)[number];

export type RouteParams = Readonly<Record<string, string>>;

interface Route {
  screen: Screen;
  params: RouteParams;
}

/** `#/problems?cause=no_number` */
export function href(screen: Screen, params: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return `#/${screen}${text === "" ? "" : `?${text}`}`;
}

function parseHash(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const screen = screens.find((known) => known === path) ?? "overview";
  return { screen, params: Object.fromEntries(new URLSearchParams(query)) };
}

class Router {
  #route = $state.raw<Route>(parseHash(location.hash));
  #moved = false;

  constructor() {
    addEventListener("hashchange", () => {
      const before = this.#route.screen;
      this.#route = parseHash(location.hash);
      if (before !== this.#route.screen) {
        this.#moved = true;
        void this.focusHeading();
      }
    });
  }

  get screen(): Screen {
    return this.#route.screen;
  }

  /** What stands behind the question mark. */
  get params(): RouteParams {
    return this.#route.params;
  }

  go(screen: Screen, params: Readonly<Record<string, string | undefined>> = {}): void {
    location.hash = href(screen, params);
  }

  /** Changes the parameters in place: no new step for Back, and focus stays where it is. */
  replaceParams(params: Readonly<Record<string, string | undefined>>): void {
    const hash = href(this.#route.screen, params);
    history.replaceState(null, "", hash);
    this.#route = parseHash(hash);
  }

  /** Screen readers begin at the top of the new screen. Screens that load their heading late call it again. */
  async focusHeading(): Promise<void> {
    await tick();
    if (!this.#moved) return;
    const heading = document.querySelector<HTMLElement>("h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  }
}

export const router = new Router();
