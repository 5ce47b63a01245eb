import type { Candidate, FlowName, MatchClass, MatchRecord, Side } from "../schema";
import { Chance } from "./random";
import { recordAt, records, type MadeRecord } from "./records";

type Found = Exclude<MatchClass, "none">;

/** How many records of each flow are in Zoho already, by how sure that is. */
export type FoundCounts = Readonly<Record<FlowName, Partial<Record<Found, number>>>>;

export const usualCounts: FoundCounts = {
  customers: { certain: 164, likely: 31, unclear: 7 },
  items: { certain: 52, likely: 4 },
  contacts: { certain: 88, likely: 12, unclear: 3 },
  invoices: {},
  vendors: {},
  purchase_orders: {},
};

/** What one record in Zoho looks like, and the reasons in the words that matching gives. */
interface Typed {
  zoho: Side;
  score: number;
  reasons: string[];
}

/** More records than there are become further ones with a number of their own. */
function recordFor(flow: FlowName, index: number): MadeRecord {
  const record = recordAt(flow, index);
  const round = Math.floor(index / records[flow].length);
  if (round === 0) return record;
  const bcId = record.bcId.slice(0, -6) + String(index).padStart(6, "0");
  return { ...record, bcId, number: `${record.number}-${round}`, zohoId: String(BigInt(record.zohoId) + BigInt(index) * 1000n) };
}

function sideOf(record: MadeRecord): Side {
  return {
    name: record.name,
    numbers: [record.number],
    tax_numbers: record.taxNumber ? [record.taxNumber] : [],
    emails: record.email ? [record.email] : [],
    websites: record.flow === "customers" ? [`www.${domainOf(record)}`] : [],
    phones: record.phone ? [record.phone] : [],
    place: record.flow === "customers" ? record.place : "",
    total: record.flow === "invoices" ? record.total : null,
    date: record.date || null,
  };
}

const blank: Side = {
  name: "",
  numbers: [],
  tax_numbers: [],
  emails: [],
  websites: [],
  phones: [],
  place: "",
  total: null,
  date: null,
};

function domainOf(record: MadeRecord): string {
  return record.email.split("@")[1] ?? "example.com";
}

const bareName = (record: MadeRecord): string => record.name.replace(/ (GmbH & Co\. KG|GmbH|Ltd|AG)$/, "");

/** The same company as a salesperson typed it by hand. */
function customer(record: MadeRecord, sure: Found, turn: number): Typed {
  if (sure === "certain") {
    const spoken = record.phone.replace("+49 30 ", "030 ").replace(/(\d{3})(\d+)$/, "$1 $2");
    return {
      zoho: { ...sideOf(record), name: bareName(record), numbers: [], emails: [`sales@${domainOf(record)}`], phones: [spoken] },
      score: 984,
      reasons: ["same tax number", "same domain", "same phone", "same name", "same city", "same postal code"],
    };
  }
  if (sure === "likely" && turn % 2 === 0) {
    return {
      zoho: { ...blank, name: bareName(record).toUpperCase(), emails: [`info@${domainOf(record)}`], place: `Postfach 1200 ${record.place}` },
      score: 812,
      reasons: ["same e-mail", "same domain", "same name", "same city", "different postal code"],
    };
  }
  if (sure === "likely") {
    return {
      zoho: { ...sideOf(record), name: `${bareName(record)} Holding AG`, numbers: [], tax_numbers: [], phones: [] },
      score: 774,
      reasons: ["same domain", "similar name (86.4 %)", "same city", "same postal code", "a word that the other does not have", "different legal form"],
    };
  }
  return {
    zoho: { ...blank, name: record.name.split(" ")[0] ?? record.name, phones: [record.phone], place: "04109 Leipzig, DE" },
    score: 548,
    reasons: ["same phone", "shared by 4 records", "similar name (58.1 %)", "a word that the other does not have", "different city", "different postal code"],
  };
}

function item(record: MadeRecord, sure: Found): Typed {
  if (sure === "certain") {
    return { zoho: { ...blank, name: record.name, numbers: [record.number] }, score: 995, reasons: ["same number", "same name"] };
  }
  return {
    zoho: { ...blank, name: record.name.replace(/ (M\d+).*/, " $1"), numbers: [record.number.replace("-S", "")] },
    score: 741,
    reasons: ["same digits in the number", "similar name (81.0 %)", "different figures in the name"],
  };
}

function contact(record: MadeRecord, sure: Found): Typed {
  const name = record.name;
  if (sure === "certain") {
    return {
      zoho: { ...sideOf(record), numbers: [], phones: [] },
      score: 978,
      reasons: ["same e-mail", "same domain", "same name", "belongs to the same record"],
    };
  }
  if (sure === "likely") {
    return {
      zoho: { ...blank, name: `${name.charAt(0)}. ${name.split(" ").at(-1) ?? ""}`, phones: [record.phone] },
      score: 733,
      reasons: ["same phone", "similar name (74.0 %)", "belongs to the same record"],
    };
  }
  return {
    zoho: { ...blank, name, emails: ["info@example.com"] },
    score: 502,
    reasons: ["same name", "different e-mail", "different domain", "belongs to a different record"],
  };
}

function typed(record: MadeRecord, sure: Found, turn: number): Typed {
  if (record.flow === "customers") return customer(record, sure, turn);
  return record.flow === "items" ? item(record, sure) : contact(record, sure);
}

/** Pairs are numbered through all flows. */
const firstProposal: Record<FlowName, number> = { customers: 1, items: 100_001, contacts: 200_001, invoices: 300_001, vendors: 400_001, purchase_orders: 500_001 };

/** Which records of a flow may be what in Zoho, the surest first. */
export function matchRecords(flow: FlowName, counts: FoundCounts): MatchRecord[] {
  const chance = new Chance(flow.length * 31);
  let next = firstProposal[flow];
  let index = 0;
  const candidateOf = (record: MadeRecord, sure: Found, rank: number): Candidate => {
    const { zoho, score, reasons } = typed(record, sure, index + rank);
    const proposal = next;
    next += 1;
    return {
      proposal,
      zoho_id: String(BigInt(record.zohoId) + BigInt(rank)),
      class: sure,
      score: score - chance.whole(0, 12),
      reasons: rank > 0 ? [...reasons, "another record fits as well"] : reasons,
      proposed: rank === 0,
      zoho,
      decision: null,
      decided_by: null,
    };
  };
  return (["certain", "likely", "unclear"] as const).flatMap((sure) =>
    Array.from({ length: counts[flow][sure] ?? 0 }, (_, turn): MatchRecord => {
      const record = recordFor(flow, index);
      index += 1;
      const candidates = [candidateOf(record, sure, 0)];
      if (sure === "unclear" || (sure === "likely" && turn % 5 === 1)) candidates.push(candidateOf(record, "unclear", 1));
      if (sure === "unclear" && turn % 3 === 0) candidates.push(candidateOf(record, "unclear", 2));
      return {
        bc_id: record.bcId,
        number: record.number,
        class: sure,
        business_central: sideOf(record),
        candidates,
        create_by: null,
        written: false,
      };
    }),
  );
}
