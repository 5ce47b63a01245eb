import type { Commands, Event } from "./schema";

export type CommandName = keyof Commands;
export type Params<Name extends CommandName> = Commands[Name]["params"];
export type Result<Name extends CommandName> = Commands[Name]["result"];

/**
 * The only way from the window to the program. A failed call rejects with `CallFailed`.
 */
export interface Backend {
  call<Name extends CommandName>(name: Name, params: Params<Name>): Promise<Result<Name>>;
  /** Hears every event until the returned function is called. */
  listen(handler: (event: Event) => void): () => void;
}
