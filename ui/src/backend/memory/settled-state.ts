import type { AppState } from "../schema";
import { causes } from "./problem-causes";
import type { Scenario } from "./scenarios";

interface Facts {
  scenario: Scenario;
  problems: number;
  /** The last comparison found differences. */
  differs: boolean;
  lastSuccess: Date;
}

type Settled = Pick<AppState, "light" | "sentence" | "cure">;

interface Need {
  sentence: string;
  cure: string | null;
}

const whole = new Intl.NumberFormat("en");

export function clockTime(moment: Date): string {
  return `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`;
}

/** What waits for somebody, the gravest first. */
function needs({ scenario, problems, differs }: Facts): Need[] {
  const found: Need[] = [];
  for (const cause of causes) {
    if (cause.kind !== "flow" || cause.flow === null || cause.count[scenario] === undefined) continue;
    found.push({ sentence: `${cause.flow.charAt(0).toUpperCase()}${cause.flow.slice(1)} stand still`, cure: cause.cure });
  }
  if (differs) {
    const cure = causes.find((cause) => cause.kind === "comparison")?.cure ?? null;
    found.push({ sentence: "The systems do not agree", cure });
  }
  if (problems > 0) {
    const words = problems === 1 ? "1 record needs attention" : `${whole.format(problems)} records need attention`;
    found.push({ sentence: words, cure: null });
  }
  return found;
}

/** Light and sentence while nothing works, nothing is paused and nothing fails. Whatever is open is never green. */
export function settledState(facts: Facts): Settled {
  const [first, second] = needs(facts);
  if (first) {
    const sentence = second ? `${first.sentence}; ${second.sentence}` : first.sentence;
    return { light: "attention", sentence, cure: first.cure };
  }
  if (facts.scenario === "empty") return { light: "attention", sentence: "Nothing was copied yet", cure: null };
  return { light: "up_to_date", sentence: `Up to date, ${clockTime(facts.lastSuccess)}`, cure: null };
}
