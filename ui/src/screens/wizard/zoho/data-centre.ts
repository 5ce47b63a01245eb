import type { DataCentreFound } from "../../../backend/schema";
import { wizard } from "../../../text/en";

/** What the list says when the address is typed instead of chosen. */
export const otherAddress = "other";

/** `zoho.eu` of `https://accounts.zoho.eu`. */
export function domainOf(accountsUrl: string): string {
  return accountsUrl.replace(/^https?:\/\/(accounts\.)?/, "").replace(/\/$/, "");
}

/** `Europe (zoho.eu)` */
export function labelOf({ name, accounts_url }: DataCentreFound): string {
  return wizard.zoho.dataCentreName(wizard.zoho.dataCentres[name] ?? "", domainOf(accounts_url));
}

/** How an answer that was given before stands in the form: chosen from the list, or typed. */
export function asAnswered(
  answer: string,
  known: readonly DataCentreFound[],
): { chosen: string; typed: string } {
  if (answer === "") return { chosen: "", typed: "" };
  const found = known.find(({ name, accounts_url }) => name === answer || accounts_url === answer);
  return found ? { chosen: found.name, typed: "" } : { chosen: otherAddress, typed: answer };
}
