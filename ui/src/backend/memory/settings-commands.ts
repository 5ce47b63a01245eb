import { inputDay } from "../../format/when";
import { CallFailed } from "../failure";
import type { BundleEntry, Diagnosis, Failure, SettingsView } from "../schema";
import type { Handlers } from "./handlers";
import { everyFlow, flowsIn } from "./records";
import type { World } from "./world";

type Names =
  | "settings"
  | "settings_save"
  | "diagnose"
  | "forget"
  | "open_place"
  | "bundle"
  | "bundle_save"
  | "autostart"
  | "autostart_set";

/** A calendar day of the user's, also shortly after midnight. */
function inDays(days: number): string {
  const moment = new Date();
  moment.setDate(moment.getDate() + days);
  return inputDay(moment);
}

function startingSettings(world: World): SettingsView {
  return {
    business_central: {
      tenant: "nordwind.example",
      environment: "Production",
      company: "Nordwind Industrial Supplies GmbH",
      client_id: "6f1d4c1e-6a52-4d0b-9f0e-2a5b8d1c7e33",
      secret_stored: true,
      secret_from_environment: false,
      secret_expires: inDays(world.scenario === "attention" ? 9 : 320),
    },
    zoho: {
      accounts_url: "https://accounts.zoho.eu",
      client_id: "1000.8KQ2N5V7TYB3WX9M4L6CDFHJRSAZEG",
      secret_stored: true,
      secret_from_environment: false,
    },
    flows: everyFlow.map((flow) => ({
      flow,
      enabled: flowsIn(world.scenario).includes(flow),
      on_delete: "flag",
      on_drift: flow === "contacts" ? "leave" : "restore",
      on_zoho_delete: flow === "items" ? "recreate" : "ask",
      workflows: false,
    })),
    poll_interval: 600,
    drift_interval: 3_600,
    inventory_interval: 3_600,
    reconcile_interval: 86_400,
    invoices_from: "",
    copy_foreign_currency: false,
    credit_budget: 20,
    bulk: true,
    adopt_certain: false,
    default_owner: "584321000000210013",
    notifications: {
      enabled: true,
      quiet_from: "18:00",
      quiet_until: "07:30",
      hours_without_sync: 24,
      tell_recovered: false,
    },
    proxy: "",
    extra_ca: "",
    folder: "/home/office/.local/share/ledgerline",
    version: "0.9.0",
  };
}

function wrong(field: string, message: string, cure: string): Failure {
  return { code: "input_wrong", message, cure, field };
}

/** The first thing in them that cannot be meant. */
function faultOf(settings: SettingsView): Failure | undefined {
  if (!(settings.poll_interval >= 10)) {
    return wrong("poll_interval", "The time between two runs is too short.", "Enter 10 seconds or more.");
  }
  if (!(settings.credit_budget >= 1 && settings.credit_budget <= 100)) {
    return wrong("credit_budget", "The budget is not between 1 and 100 percent.", "Enter a whole number from 1 to 100.");
  }
  if (settings.invoices_from !== "" && settings.invoices_from !== "all" && !/^\d{4}-\d{2}-\d{2}$/.test(settings.invoices_from)) {
    return wrong("invoices_from", "This is not a day.", "Enter a day such as 2025-01-01, or leave it blank.");
  }
  if (settings.proxy !== "" && !/^https?:\/\/\S+$/.test(settings.proxy)) {
    return wrong("proxy", "This is not a proxy's address.", "Enter an address such as http://proxy.office:8080, or leave it blank.");
  }
  return undefined;
}

function diagnosisIn(world: World): Diagnosis {
  const ok = (code: string, subject: string, message: string) => ({ verdict: "ok", code, subject, message, cure: "" });
  const findings = [
    ok("database", "This computer: database", "whole"),
    ok("clock", "This computer: clock", "right to within a second"),
    ok("bc_sign_in", "Business Central: sign-in", "the app signs in"),
    ok("company", "Business Central: company", "Nordwind Industrial Supplies GmbH"),
    ok("visible", "Business Central: permissions", "300 customers, 500 items, 400 contacts and 1,200 invoices are visible"),
    ok("zoho_sign_in", "Zoho: sign-in", "signed in as Petra Lindner"),
    ok("edition", "Zoho: edition", "Professional, 55,000 credits a day"),
    {
      verdict: "warning",
      code: "optional_field_missing",
      subject: "Zoho: fields of Products",
      message: "the field Shelf No. is missing and is left out",
      cure: "Open the step \"Fields\" of the set-up, as far as the edition has room.",
    },
  ];
  if (world.scenario === "offline") {
    const unreachable = (subject: string, code: string) => ({
      verdict: "problem",
      code,
      subject,
      message: "no answer arrived",
      cure: "Check the network connection of this computer and its proxy.",
    });
    return {
      incomplete: true,
      findings: [
        ...findings.slice(0, 2),
        unreachable("Business Central: sign-in", "bc_unreachable"),
        unreachable("Zoho: sign-in", "zoho_unreachable"),
      ],
    };
  }
  if (world.scenario === "refused") {
    return {
      incomplete: false,
      findings: [
        ...findings.slice(0, 2),
        {
          verdict: "problem",
          code: "bc_sign_in_secret_expired",
          subject: "Business Central: sign-in",
          message: "the client secret has expired",
          cure: "Create a new one in the Microsoft Entra admin center, and enter it under Connections.",
        },
        ...findings.slice(5),
      ],
    };
  }
  return { findings: world.scenario === "clean" ? findings.slice(0, 7) : findings, incomplete: false };
}

const bundleEntries: BundleEntry[] = [
  { name: "about.txt", size: 412, text: "Ledgerline 0.9.0\nDebian 12\nflows: customers, items, contacts, invoices\n" },
  {
    name: "settings.toml",
    size: 618,
    text: "[business_central]\ntenant = \"…\"\nenvironment = \"Production\"\n\n[zoho]\naccounts_url = \"https://accounts.zoho.eu\"\n\n[sync]\npoll_interval = 600\n",
  },
  { name: "problems.json", size: 2_310, text: "[\n  {\"code\": \"waits_for_record\", \"flow\": \"invoices\", \"count\": 2},\n  {\"code\": \"total_differs\", \"flow\": \"invoices\", \"count\": 1}\n]\n" },
  {
    name: "logs/ledgerline.log",
    size: 184_220,
    text: Array.from({ length: 60 }, (_, line) => `14:${String(line).padStart(2, "0")}:07 INFO run: 0 read, 0 written, 3 requests`).join("\n"),
  },
];

export function settingsCommands(world: World): Pick<Handlers, Names> {
  let settings = startingSettings(world);
  let starts = true;

  return {
    settings: () => settings,

    settings_save(changed) {
      const fault = faultOf(changed);
      if (fault) throw new CallFailed(fault);
      settings = changed;
      world.changed();
      return settings;
    },

    async diagnose() {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return diagnosisIn(world);
    },

    forget({ connection }) {
      const businessCentral = connection === "business_central";
      settings = businessCentral
        ? { ...settings, business_central: { ...settings.business_central, secret_stored: false } }
        : { ...settings, zoho: { ...settings.zoho, secret_stored: false } };
      world.changeState({
        light: "error",
        sentence: businessCentral ? "Business Central is not connected." : "Zoho is not connected.",
        cure: "Connect it again under Settings, Connections.",
      });
      world.changed();
      return businessCentral
        ? { words: "The client secret was removed from the keychain of this computer.", revoked: null }
        : { words: "Secret and token were removed from the keychain of this computer, and Zoho ended the token.", revoked: true };
    },

    open_place: () => null,
    bundle: () => bundleEntries,
    bundle_save: () => ({ path: "/home/office/Downloads/ledgerline-support.zip" }),
    autostart: () => ({ on: starts }),

    autostart_set({ on }) {
      starts = on;
      return { on };
    },
  };
}
