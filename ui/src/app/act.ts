import { backend } from "#backend";
import type { CommandName, Params, Result } from "../backend/backend";
import { failureOf } from "../backend/failure";
import { toasts } from "../design/toasts.svelte";

/**
 * Carries out what a button says. A failure is told at the lower edge of the window; the result is
 * then absent. For forms, which show failures beside their fields, use `backend.call` itself.
 */
export async function act<Name extends CommandName>(
  name: Name,
  params: Params<Name>,
  done?: string | ((result: Result<Name>) => string),
): Promise<Result<Name> | undefined> {
  try {
    const result = await backend.call(name, params);
    if (done !== undefined) toasts.show(typeof done === "string" ? done : done(result));
    return result;
  } catch (thrown) {
    const failure = failureOf(thrown);
    toasts.show(`${failure.message} ${failure.cure}`.trim(), "error");
    return undefined;
  }
}
