/** Copies text; where the system does not allow it, marks it so that the user can. True when it was copied. */
export async function copyText(text: string, shownIn: HTMLElement | undefined): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (shownIn) getSelection()?.selectAllChildren(shownIn);
    return false;
  }
}
