import { CallFailed } from "../failure";
import type { BusinessCentralAnswers, CompanyFound, DataCentreFound, Failure, OrgFound, ZohoAnswers } from "../schema";

/*
 * What the two made-up systems know. Everything is accepted but for what is named here; some answers lead to
 * systems with a peculiarity, so that each of them can be looked at:
 *
 *   tenant           "contoso" malformed · "nowhere.example" unknown
 *   environment      "Production" two companies · "Sandbox" one · others unknown
 *   app's id         00000000-… not in the tenant · 11111111-… not let into Business Central · 22222222-… may not read invoices
 *   secrets          "wrong" · "expired"
 *   Zoho client id   1000.FREE free edition · 1000.STANDARD no Products and Invoices · 1000.LIMITED may not create fields
 *                    1000.TAKEN both unique fields of Accounts are in use · 1000.DENIED says no in the browser
 *   code             begins with 1000.
 */

const companies: readonly CompanyFound[] = [
  { id: "3f8d6d0a-1c55-4f7c-9d43-7a5a1d3d9e11", name: "NORDWIND", label: "Nordwind Industrial Supplies GmbH" },
  { id: "b1f3c2a4-77d1-4b8e-8d3e-0c9a5f6e2d22", name: "CRONUS DE", label: "CRONUS DE" },
];

export function companiesOf(environment: string): CompanyFound[] {
  return environment.toLowerCase() === "sandbox" ? companies.slice(1) : [...companies];
}

export const dataCentres: DataCentreFound[] = [
  { name: "us", accounts_url: "https://accounts.zoho.com" },
  { name: "eu", accounts_url: "https://accounts.zoho.eu" },
  { name: "in", accounts_url: "https://accounts.zoho.in" },
  { name: "au", accounts_url: "https://accounts.zoho.com.au" },
  { name: "jp", accounts_url: "https://accounts.zoho.jp" },
  { name: "cn", accounts_url: "https://accounts.zoho.com.cn" },
  { name: "ca", accounts_url: "https://accounts.zohocloud.ca" },
  { name: "sa", accounts_url: "https://accounts.zoho.sa" },
  { name: "uk", accounts_url: "https://accounts.zoho.uk" },
];

const professional: OrgFound = {
  name: "Nordwind Sales",
  zgid: "20098765432",
  edition: "Professional",
  daily_credits: 55_000,
  users: 12,
  flows_allowed: ["customers", "items", "contacts", "invoices", "vendors", "purchase_orders"],
};

const standard: OrgFound = {
  ...professional,
  edition: "Standard",
  daily_credits: 51_000,
  users: 5,
  flows_allowed: ["customers", "contacts"],
};

export type OrgKind = "usual" | "free" | "standard" | "limited" | "taken" | "denied";

export function orgKindOf(clientId: string): OrgKind {
  const kinds: readonly OrgKind[] = ["free", "standard", "limited", "taken", "denied"];
  return kinds.find((kind) => clientId.toLowerCase().startsWith(`1000.${kind}`)) ?? "usual";
}

export function orgOf(kind: OrgKind): OrgFound {
  return kind === "standard" ? standard : professional;
}

function failure(code: string, field: string | null, message: string, cure: string): Failure {
  return { code, message, cure, field };
}

const signIn = "Microsoft did not let the app sign in";
const readAccess =
  "In Business Central, add the app on the page Microsoft Entra applications with its client id, set its state to Enabled, and give it the permission set D365 READ.";

/** What is wrong with a connection to Business Central. */
export function refusalOfBusinessCentral(answers: BusinessCentralAnswers, secretStored: boolean): Failure | undefined {
  const { tenant, environment, client_id: app, client_secret: secret } = answers;
  if (tenant !== "" && !/^[0-9a-f-]{36}$/i.test(tenant) && !tenant.includes(".")) {
    return failure(
      "bc_sign_in_tenant_malformed",
      "tenant",
      `${signIn}: the tenant is neither an id nor a domain name.`,
      "Enter the tenant as its id (a GUID) or as a domain name such as contoso.com.",
    );
  }
  if (tenant === "" || tenant === "nowhere.example") {
    return failure(
      "bc_sign_in_tenant_not_found",
      "tenant",
      `${signIn}: the tenant does not exist (AADSTS90002).`,
      "Check the tenant: its id or one of its domain names, as shown in the Microsoft Entra admin center.",
    );
  }
  for (const [field, address] of [["login_url", answers.login_url], ["api_url", answers.api_url]] as const) {
    if (address !== "" && !/^https:\/\/\S+\.\S+/.test(address)) {
      return failure("input_wrong", field, "This is no address that can be used.", "Enter one that begins with https://, or leave it blank.");
    }
  }
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(app)) {
    return failure("input_wrong", "client_id", "This is not an app's id.", "Copy the Application (client) ID from the app's overview in Microsoft Entra.");
  }
  if (app.startsWith("00000000")) {
    return failure(
      "bc_sign_in_app_not_in_tenant",
      "client_id",
      `${signIn}: the app is not known in this tenant (AADSTS700016).`,
      "Check the client id and the tenant, and have an administrator grant the app consent in that tenant.",
    );
  }
  if (secret === "" && !secretStored) {
    return failure("input_wrong", "client_secret", "The client secret is missing.", "Enter the secret's value.");
  }
  if (secret.includes("wrong")) {
    return failure(
      "bc_sign_in_secret_wrong",
      "client_secret",
      `${signIn}: the client secret is wrong (AADSTS7000215).`,
      "Enter the client secret again. Copy its value, not its id; the value is shown only once, right after the secret is created.",
    );
  }
  if (secret.includes("expired")) {
    return failure(
      "bc_sign_in_secret_expired",
      "client_secret",
      `${signIn}: the client secret has expired (AADSTS7000222).`,
      "Create a new client secret for the app in the Microsoft Entra admin center, and enter its value.",
    );
  }
  if (app.startsWith("11111111")) {
    return failure("bc_unauthorized", null, "Business Central does not accept the app.", readAccess);
  }
  if (!["production", "sandbox"].includes(environment.toLowerCase())) {
    return failure(
      "bc_environment_not_found",
      "environment",
      `The environment "${environment}" does not exist.`,
      "Check the name of the environment; it is shown in the Business Central admin center, usually Production.",
    );
  }
  return undefined;
}

/** What is wrong with a Zoho client before anybody signs in with it. */
export function refusalOfZohoClient(answers: ZohoAnswers, secretStored: boolean): Failure | undefined {
  const { data_centre: place, client_id: client, client_secret: secret } = answers;
  const known = dataCentres.some(({ name, accounts_url }) => place === name || place.replace(/\/$/, "") === accounts_url);
  if (!known && !/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\/?$/.test(place)) {
    return failure(
      "input_wrong",
      "data_centre",
      `"${place}" is no Zoho data centre.`,
      `Answer with one of ${dataCentres.map(({ name }) => name).join(", ")}: the ending of the address at which you sign in to Zoho.`,
    );
  }
  if (!client.startsWith("1000.")) {
    return failure("input_wrong", "client_id", "This is not the id of a Zoho client.", "Copy it from the API console. It begins with 1000.");
  }
  if (secret === "" && !secretStored) {
    return failure("input_wrong", "client_secret", "The client secret is missing.", "Copy it from the API console.");
  }
  return undefined;
}

/** What Zoho says to a sign-in. */
export function refusalOfSignIn(kind: OrgKind, secret: string, code?: string): Failure | undefined {
  if (secret.includes("wrong")) {
    return failure(
      "zoho_sign_in_invalid_client_secret",
      "client_secret",
      "Zoho did not accept the client secret.",
      "Copy the client secret from Zoho's API console again. With multi-DC it can differ between data centres.",
    );
  }
  if (code !== undefined && !code.startsWith("1000.")) {
    return failure(
      "zoho_sign_in_invalid_code",
      "code",
      "The code is not valid any more.",
      "Make a new one in the API console and paste it at once: it works once, for a few minutes.",
    );
  }
  if (kind === "denied") {
    return failure("zoho_sign_in_refused", null, "The consent page was declined.", "Sign in again, and press Accept there.");
  }
  if (kind === "free") {
    return failure(
      "edition_too_small",
      null,
      "The org \"Nordwind Sales\" has Zoho's free edition, which has no custom fields: Ledgerline could not tell which record is which.",
      "Upgrade the org to Standard for customers and contacts, or to Professional for items and invoices as well.",
    );
  }
  return undefined;
}

export function refuse(refusal: Failure | undefined): void {
  if (refusal) throw new CallFailed(refusal);
}
