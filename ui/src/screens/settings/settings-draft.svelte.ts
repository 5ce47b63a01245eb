import { backend } from "#backend";
import { failureOf } from "../../backend/failure";
import type { Failure, FlowName, FlowSettings, SettingsView } from "../../backend/schema";
import { toasts } from "../../design/toasts.svelte";
import { settings as text } from "../../text/en";

/** The settings as they are being changed. They outlive the screen, so that leaving it loses nothing. */
class SettingsDraft {
  /** As the program has them. */
  kept = $state.raw<SettingsView | undefined>(undefined);
  /** As they are shown. */
  view = $state<SettingsView | undefined>(undefined);
  /** Why they could not be read. */
  loadFailure = $state.raw<Failure | undefined>(undefined);
  /** Why they could not be saved. */
  failure = $state.raw<Failure | undefined>(undefined);
  loading = $state(false);
  saving = $state(false);

  readonly changed = $derived(
    this.kept !== undefined && this.view !== undefined && JSON.stringify(this.kept) !== JSON.stringify(this.view),
  );

  /** Reads them anew. What the user has changed and not saved stays. */
  async load(): Promise<void> {
    this.loading = true;
    try {
      const read = await backend.call("settings", null);
      const touched = this.changed;
      this.kept = read;
      if (!touched || !this.view) this.view = structuredClone(read);
      else this.view = { ...this.view, business_central: read.business_central, zoho: read.zoho };
      this.loadFailure = undefined;
    } catch (thrown) {
      this.loadFailure = failureOf(thrown);
    }
    this.loading = false;
  }

  discard(): void {
    this.view = structuredClone(this.kept);
    this.failure = undefined;
  }

  async save(): Promise<void> {
    if (!this.view) return;
    this.saving = true;
    try {
      const saved = await backend.call("settings_save", $state.snapshot(this.view));
      this.kept = saved;
      this.view = structuredClone(saved);
      this.failure = undefined;
      toasts.show(text.saved);
    } catch (thrown) {
      this.failure = failureOf(thrown);
    }
    this.saving = false;
  }

  flow(name: FlowName): FlowSettings | undefined {
    return this.view?.flows.find((flow) => flow.flow === name);
  }

  /** What to say beside the input of that name. */
  errorOf(field: string): string | undefined {
    return this.failure?.field === field ? `${this.failure.message} ${this.failure.cure}` : undefined;
  }
}

export const draft = new SettingsDraft();
