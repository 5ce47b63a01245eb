/** What a card of the settings says in a word or two. */
export interface Fact {
  term: string;
  value: string;
  /** The same exactly, for whoever points at it. */
  exact?: string;
}
