import { tick } from "svelte";
import { failureOf } from "../../backend/failure";
import type { Failure } from "../../backend/schema";
import { tellingOf } from "./telling";

/** What was typed, on its way to the program: whether it is under way, and what was wrong with it. */
export class Attempt<Input extends string = never> {
  busy = $state(false);
  /** What was wrong with something that is no input of the form. */
  failure = $state.raw<Failure | undefined>(undefined);
  /** The code of what was wrong, wherever it is shown. */
  code = $state.raw<string | undefined>(undefined);
  #wrong = $state.raw<Partial<Record<string, string>>>({});

  constructor(private readonly inputs: readonly Input[] = []) {}

  /** What is wrong with this input. */
  at(input: Input): string | undefined {
    return this.#wrong[input];
  }

  /** Takes what the form itself finds missing; true when there is nothing. */
  allThere(missing: Partial<Record<Input, string | false>>): boolean {
    const found = Object.entries<string | false | undefined>(missing).filter(
      (entry): entry is [Input, string] => typeof entry[1] === "string",
    );
    this.#reset();
    this.#wrong = Object.fromEntries(found);
    return found.length === 0;
  }

  /** Calls the program. Absent when it refused: why stands in the attempt then. */
  async run<Value>(call: () => Promise<Value>): Promise<Value | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.#reset();
    try {
      return await call();
    } catch (thrown) {
      this.#refused(failureOf(thrown));
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  #refused(failure: Failure): void {
    this.code = failure.code;
    const input = this.inputs.find((known) => known === failure.field);
    if (input === undefined) this.failure = failure;
    else this.#wrong = { [input]: tellingOf(failure) };
  }

  #reset(): void {
    this.#wrong = {};
    this.failure = undefined;
    this.code = undefined;
  }
}

/** Puts the keyboard into the first input that is wrong. */
export async function focusFirstWrong(form: HTMLElement | undefined): Promise<void> {
  await tick();
  form?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
}
