import { tick } from "svelte";

/** Where what had the keyboard is gone from the page, the heading takes it: otherwise it would be nowhere. */
export async function keepFocus(): Promise<void> {
  await tick();
  if (document.activeElement && document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>("h1")?.focus();
}
