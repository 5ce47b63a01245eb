import { CallFailed } from "../failure";
import type { MatchVerdict } from "../schema";
import type { MatchBook } from "./match-desk";

interface Line {
  number: number;
  cells: string[];
}

/** A table with commas, semicolons or tabs, and quotation marks around cells that hold them. */
function linesOf(text: string): Line[] {
  const mark = [";", "\t", ","].find((each) => (text.split("\n", 1)[0] ?? "").includes(each)) ?? ",";
  return text
    .split(/\r?\n/)
    .map((line, at) => ({ number: at + 1, line }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ number, line }) => {
      const cells = [...line.matchAll(new RegExp(`(?:^|\\${mark})(?:"((?:[^"]|"")*)"|([^\\${mark}]*))`, "g"))];
      return { number, cells: cells.map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? "").trim()) };
    });
}

/** Faults that are told at once; the others are counted. */
const told = 20;

function refuse(faults: readonly string[]): never {
  const words = faults.slice(0, told);
  if (faults.length > told) words.push(`and ${faults.length - told} more`);
  throw new CallFailed({
    code: "match_file_wrong",
    message: words.join("; "),
    cure: "Correct these places and import the file again; nothing of it was taken in.",
    field: null,
  });
}

const verdicts: readonly string[] = ["accept", "reject", "create"];

/** The choices of a file that came back; all of them, or a refusal that names every fault. */
export function choicesOf(text: string, book: MatchBook): { proposal: number; verdict: MatchVerdict }[] {
  const [header, ...rows] = linesOf(text);
  if (!header) refuse(["line 1: the file is empty"]);
  const column = (name: string) => header.cells.findIndex((cell) => cell.toLowerCase() === name);
  const [proposalAt, decisionAt] = [column("proposal"), column("decision")];
  if (proposalAt < 0 || decisionAt < 0) {
    refuse(['line 1: the first line must name the columns "proposal" and "decision", as an exported file does']);
  }
  const faults: string[] = [];
  const choices: { proposal: number; verdict: MatchVerdict }[] = [];
  for (const { number, cells } of rows) {
    const [cell, word] = [cells[proposalAt] ?? "", (cells[decisionAt] ?? "").toLowerCase()];
    if (!/^\d+$/.test(cell)) {
      faults.push(`line ${number}, column proposal: "${cell}" is not the number of a proposal`);
    } else if (word !== "" && !verdicts.includes(word)) {
      faults.push(`line ${number}, column decision: "${word}" is none of accept, reject, create and blank`);
    } else if (!book.has(Number(cell))) {
      faults.push(`line ${number}, column proposal: there is no proposal ${cell}; export anew`);
    } else if (word !== "") {
      choices.push({ proposal: Number(cell), verdict: word as MatchVerdict });
    }
  }
  if (faults.length > 0) refuse(faults);
  return choices;
}
