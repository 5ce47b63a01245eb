import { inputDay } from "../../format/when";
import { CallFailed } from "../failure";
import type { Counts, Failure, FieldsPlan, StepName, Wizard } from "../schema";
import type { Handlers } from "./handlers";
import { everyFlow, records } from "./records";
import { startingState } from "./starting-state";
import { companiesOf, orgKindOf, orgOf, refusalOfBusinessCentral, refusalOfSignIn, refusalOfZohoClient, refuse } from "./wizard-answers";
import { carriedOut, planOf, planWithKey } from "./wizard-fields";
import { playFirstSync } from "./wizard-first-sync";
import { keep, recalled, steps } from "./wizard-memory";
import type { World } from "./world";

type Names = Extract<keyof Handlers, "wizard" | `wizard_${string}`>;

/** As long as a sign-in over the network takes. */
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const owners = [
  { id: "584321000000210013", name: "Petra Lindner" },
  { id: "584321000000210027", name: "Jonas Weber" },
  { id: "584321000000210041", name: "Sales team" },
];

const placeOf = (step: StepName): number => steps.indexOf(step);

export function wizardCommands(world: World): Pick<Handlers, Names> {
  const memory = recalled(world.scenario);
  /** The secret of the Zoho client: kept, never given back. */
  let zohoSecret = "";
  /** Whether the work under way was told to end. */
  let stopped = false;
  /** Refused fields that an administrator makes while the list is looked at. */
  let administratorAsked = false;

  world.listen((event) => {
    if (event.kind === "state" && event.state.work) stopped = event.state.work.stopping;
  });

  function change(changes: Partial<Wizard>): Wizard {
    memory.wizard = { ...memory.wizard, ...changes };
    keep(world.scenario, memory);
    return memory.wizard;
  }

  /** Lets the user go as far as `step`; where the set-up stands does not change. */
  function reach(step: StepName): Wizard {
    return placeOf(step) > placeOf(memory.wizard.reached) ? change({ reached: step }) : memory.wizard;
  }

  function lead(step: StepName): Wizard {
    reach(step);
    return change({ step });
  }

  function planned(plan: FieldsPlan): FieldsPlan {
    memory.plan = plan;
    if (plan.ready) reach("match");
    keep(world.scenario, memory);
    return plan;
  }

  function signedIn(): Wizard {
    const org = orgOf(memory.kind);
    memory.plan = null;
    const flows = memory.wizard.flows.flows.filter((flow) => org.flows_allowed.includes(flow));
    change({ zoho: { ...memory.wizard.zoho, signed_in: true, org }, flows: { ...memory.wizard.flows, flows } });
    return reach("flows");
  }

  return {
    wizard: () => memory.wizard,

    wizard_go({ step }) {
      const { reached } = memory.wizard;
      // The in-memory review does not tell when it is confirmed: the page asks only then.
      if (reached === "match" && step === "preview") reach("start");
      return change({ step: placeOf(step) > placeOf(memory.wizard.reached) ? memory.wizard.reached : step });
    },

    async wizard_business_central(answers) {
      await pause(300);
      const known = memory.wizard.business_central;
      refuse(refusalOfBusinessCentral(answers, known.secret_stored));
      const companies = companiesOf(answers.environment);
      const { tenant, environment, client_id, secret_expires, login_url, api_url } = answers;
      const company = companies.find(({ id }) => id === known.company?.id) ?? null;
      return change({
        business_central: { tenant, environment, client_id, secret_expires, login_url, api_url, secret_stored: true, companies, company },
      });
    },

    wizard_company({ id }) {
      const company = memory.wizard.business_central.companies.find((each) => each.id === id);
      if (!company) {
        throw new CallFailed({ code: "company_not_found", field: "id", message: "That company is not there any more.", cure: "Choose it again." });
      }
      change({ business_central: { ...memory.wizard.business_central, company } });
      return lead("zoho");
    },

    wizard_zoho_client(answers) {
      refuse(refusalOfZohoClient(answers, memory.wizard.zoho.secret_stored));
      const { data_centre, client_id } = answers;
      memory.kind = orgKindOf(client_id);
      if (answers.client_secret !== "") zohoSecret = answers.client_secret;
      return change({ zoho: { ...memory.wizard.zoho, data_centre, client_id, secret_stored: true, signed_in: false, org: null } });
    },

    wizard_zoho_sign_in() {
      stopped = false;
      world.work("sign_in", "Waiting for you to sign in with the browser", null, () => {
        if (stopped) return undefined;
        const refusal = refusalOfSignIn(memory.kind, zohoSecret);
        if (!refusal) signedIn();
        return refusal;
      });
      return null;
    },

    async wizard_zoho_code({ code }) {
      await pause(200);
      refuse(refusalOfSignIn(memory.kind, zohoSecret, code));
      return signedIn();
    },

    async wizard_counts(): Promise<Counts> {
      await pause(200);
      const { zoho, business_central: bc } = memory.wizard;
      const allowed = zoho.org?.flows_allowed ?? everyFlow;
      const hidden = bc.client_id.startsWith("22222222");
      return {
        flows: everyFlow.map((flow) => ({
          flow,
          records: hidden && flow === "invoices" ? null : records[flow].length,
          not_allowed: allowed.includes(flow) ? null : `Needs Zoho CRM Professional or higher, and this org has ${zoho.org?.edition ?? "Standard"}.`,
          failure:
            hidden && flow === "invoices"
              ? "Business Central does not allow the app to read posted sales invoices. Give it the permission set D365 READ for this company."
              : null,
        })),
        owners,
        usual_invoices_from: `${new Date().getFullYear() - 1}-01-01`,
      };
    },

    wizard_flows(flows) {
      if (flows.flows.length === 0) {
        refuse({ code: "input_wrong", field: "flows", message: "Nothing is to be copied.", cure: "Switch at least one kind of record on." });
      }
      if (flows.invoices_from > inputDay(new Date()) && flows.invoices_from !== "all") {
        refuse({ code: "input_wrong", field: "invoices_from", message: "This day has not come yet.", cure: "Choose today or a day before." });
      }
      if (flows.flows.join() !== memory.wizard.flows.flows.join()) memory.plan = null;
      change({ flows });
      return lead("fields");
    },

    async wizard_fields() {
      await pause(150);
      const plan = memory.plan ?? planOf(memory.wizard.flows.flows, memory.kind);
      if (plan.refused.length === 0 || !administratorAsked) {
        administratorAsked = plan.refused.length > 0;
        return planned(plan);
      }
      return planned({ ...plan, create: [], refused: [], ready: true });
    },

    wizard_key({ flow }) {
      return planned(planWithKey(memory.plan ?? planOf(memory.wizard.flows.flows, memory.kind), flow));
    },

    wizard_fields_create() {
      stopped = false;
      const plan = memory.plan ?? planOf(memory.wizard.flows.flows, memory.kind);
      world.work("fields", "Creating fields in Zoho", plan.create.length, (): Failure | undefined => {
        if (!stopped) planned(carriedOut(plan, memory.kind));
        return undefined;
      });
      return null;
    },

    wizard_finish() {
      const ready = startingState("clean");
      change({ finished: true, reached: "start" });
      const state = world.changeState({ ...ready, stage: "ready" });
      playFirstSync(world);
      return state;
    },
  };
}
