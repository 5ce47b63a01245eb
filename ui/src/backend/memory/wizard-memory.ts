import type { FieldsPlan, StepName, Wizard } from "../schema";
import type { Scenario } from "./scenarios";
import { companiesOf, dataCentres, orgOf, type OrgKind } from "./wizard-answers";

/** What of the set-up outlives a closed window. */
export interface WizardMemory {
  wizard: Wizard;
  /** What kind of org the Zoho client leads to. */
  kind: OrgKind;
  /** What is to be made in Zoho, once that was asked. */
  plan: FieldsPlan | null;
}

export const steps: readonly StepName[] = ["business_central", "zoho", "flows", "fields", "match", "preview", "start"];

function beginning(scenario: Scenario): WizardMemory {
  const setup = scenario === "setup" || scenario === "setup_unmatched";
  const resumed = scenario === "setup_resumed";
  const companies = companiesOf("Production");
  const connected = !setup;
  return {
    kind: "usual",
    plan: null,
    wizard: {
      step: resumed ? "flows" : "business_central",
      reached: setup ? "business_central" : resumed ? "flows" : "start",
      finished: connected && !resumed,
      business_central: {
        tenant: connected ? "nordwind.example" : "",
        environment: connected ? "Production" : "",
        client_id: connected ? "6f1d4c1e-6a52-4d0b-9f0e-2a5b8d1c7e33" : "",
        secret_expires: "",
        login_url: "",
        api_url: "",
        secret_stored: connected,
        companies: connected ? companies : [],
        company: connected ? (companies[0] ?? null) : null,
      },
      zoho: {
        data_centre: connected ? "eu" : "",
        data_centres: dataCentres,
        client_id: connected ? "1000.8KQ2N5V7TYB3WX9M4L6CDFHJRSAZEG" : "",
        secret_stored: connected,
        signed_in: connected,
        redirect_uri: "http://localhost:47817/callback",
        scopes:
          "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.settings.variables.ALL,ZohoCRM.org.READ,ZohoCRM.users.READ,ZohoCRM.coql.READ,ZohoCRM.bulk.ALL,ZohoFiles.files.ALL,ZohoCRM.notifications.ALL",
        org: connected ? orgOf("usual") : null,
      },
      flows: { flows: [], invoices_from: "", copy_foreign_currency: false, default_owner: "" },
    },
  };
}

const keyOf = (scenario: Scenario): string => `wizard ${scenario}`;
const lasts = (scenario: Scenario): boolean => scenario.startsWith("setup");

/** As it was left when the page was closed, or from its beginning. */
export function recalled(scenario: Scenario): WizardMemory {
  const kept = lasts(scenario) ? sessionStorage.getItem(keyOf(scenario)) : null;
  return kept === null ? beginning(scenario) : (JSON.parse(kept) as WizardMemory);
}

/** Keeps it over a reload of the page, which stands for a closed window. A finished set-up is forgotten. */
export function keep(scenario: Scenario, memory: WizardMemory): void {
  if (!lasts(scenario)) return;
  if (memory.wizard.finished) sessionStorage.removeItem(keyOf(scenario));
  else sessionStorage.setItem(keyOf(scenario), JSON.stringify(memory));
}
