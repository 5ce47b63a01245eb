import type { CommandName, Params, Result } from "../backend";

export type Handler<Name extends CommandName> = (params: Params<Name>) => Result<Name> | Promise<Result<Name>>;

/** One function for each command. A command without one does not compile. */
export type Handlers = { [Name in CommandName]: Handler<Name> };
