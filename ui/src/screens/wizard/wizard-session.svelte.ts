import { backend } from "#backend";
import type { Resource } from "../../app/resource.svelte";
import type { StepName, Wizard } from "../../backend/schema";
import { Attempt } from "./attempt.svelte";
import { stepAfter, stepBefore } from "./steps";

/** The set-up as the program knows it, and the ways from step to step. The program decides where it stands. */
export class WizardSession {
  /** Going to another step. */
  readonly going = new Attempt();
  /** Whether the shown step has changed since the screen was opened: focus then follows. */
  moved = false;

  constructor(
    private readonly asked: Resource<Wizard>,
    private readonly first: Wizard,
  ) {}

  get wizard(): Wizard {
    return this.asked.value ?? this.first;
  }

  /** What a command answered. */
  take(wizard: Wizard): void {
    if (wizard.step !== this.wizard.step) this.moved = true;
    this.asked.set(wizard);
  }

  /** Asks anew, after work in the background. */
  async refresh(): Promise<void> {
    const before = this.wizard.step;
    await this.asked.refresh();
    if (this.wizard.step !== before) this.moved = true;
  }

  async go(step: StepName): Promise<void> {
    const wizard = await this.going.run(() => backend.call("wizard_go", { step }));
    if (wizard) this.take(wizard);
  }

  /** Leaves `from`, unless what was answered has led on from there already. */
  async onwardFrom(from: StepName): Promise<void> {
    const next = stepAfter(from);
    if (next && this.wizard.step === from) await this.go(next);
  }

  async back(): Promise<void> {
    const before = stepBefore(this.wizard.step);
    if (before) await this.go(before);
  }
}
