/** What one can do about what was said. The same must be reachable elsewhere: a message goes by itself. */
export interface ToastAction {
  label: string;
  onpress: () => void;
}

export interface ToastMessage {
  id: number;
  kind: "success" | "error" | "info";
  text: string;
  action?: ToastAction | undefined;
}

/** Long enough to be read twice; errors stay until they are dismissed. */
const shownFor = 7000;
/** Long enough to be read, thought about and reached by keyboard. */
const shownForWithAction = 20_000;

class Toasts {
  messages = $state<ToastMessage[]>([]);
  #next = 1;

  show(text: string, kind: ToastMessage["kind"] = "success", action?: ToastAction): void {
    const id = this.#next;
    this.#next += 1;
    this.messages = [...this.messages.slice(-2), { id, kind, text, action }];
    if (kind !== "error") setTimeout(() => this.dismiss(id), action ? shownForWithAction : shownFor);
  }

  dismiss(id: number): void {
    this.messages = this.messages.filter((message) => message.id !== id);
  }
}

/** Short words about what has just been done, at the lower edge of the window. */
export const toasts = new Toasts();
