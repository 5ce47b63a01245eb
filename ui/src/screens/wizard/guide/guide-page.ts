import type { Snippet } from "svelte";

/** One page of an illustrated guide. The steps carry the numbers of the picture. */
export interface GuidePage<Value extends string = string> {
  value: Value;
  tab: string;
  title: string;
  steps: readonly string[];
  picture: Snippet;
  /** What the page offers besides: something to copy, a button. */
  more?: Snippet;
}
