/**
 * The text of a file that a spreadsheet program wrote. Most write UTF-8; some still write the older Windows letters, or
 * UTF-16 where the user chose "Unicode text". The program itself takes text.
 */
export function textOfSheet(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * The single complaints of one message that names many, such as `line 3, column decision: …; line 7: …; and 2 more`, so
 * that each can stand in a line of its own. Not a letter but the semicolons between them is lost.
 */
export function complaintsOf(message: string): readonly string[] {
  return message.split(/; (?=line \d+|and \d+ more)/i);
}
