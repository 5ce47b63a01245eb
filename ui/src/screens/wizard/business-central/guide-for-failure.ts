/** The pages of the guide to Microsoft Entra. */
export type EntraPage = "register" | "ids" | "permission" | "secret" | "businessCentral";

const pages: Readonly<Record<string, EntraPage>> = {
  bc_sign_in_tenant_not_found: "ids",
  bc_sign_in_tenant_malformed: "ids",
  bc_sign_in_app_not_in_tenant: "ids",
  bc_sign_in_client_refused: "ids",
  bc_sign_in_scope_refused: "permission",
  bc_sign_in_resource_absent: "permission",
  bc_sign_in_secret_wrong: "secret",
  bc_sign_in_secret_expired: "secret",
  bc_unauthorized: "businessCentral",
  bc_permission: "businessCentral",
  bc_company_not_found: "businessCentral",
};

/** Where the guide shows how to mend it, if it does. */
export function guidePageFor(code: string | undefined): EntraPage | undefined {
  return code === undefined ? undefined : pages[code];
}
