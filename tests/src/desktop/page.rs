//! What is looked for in a page, as scripts: things that can be seen, by selector or by role and name.

/// The first thing of that selector that can be seen; nothing where there is none.
pub(super) const SEEN: &str = r"
const [selector] = arguments;
return [...document.querySelectorAll(selector)].find((each) => each.checkVisibility({ visibilityProperty: true })) ?? null;
";

/// The first thing of that role and name that can be seen, as somebody who hears the page would find it.
pub(super) const NAMED: &str = r#"
const [role, wanted] = arguments;
const selectors = {
  button: "button, [role=button]",
  link: "a[href]",
  tab: "[role=tab]",
  menuitem: "[role=menuitem]",
  switch: "input[role=switch]",
  checkbox: "input[type=checkbox]:not([role])",
  radio: "input[type=radio]",
  option: "[role=option]",
  textbox: "input:not([type=checkbox], [type=radio]), textarea",
  heading: "h1, h2, h3",
};
const textOf = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? "";
function nameOf(element) {
  const labelled = element.getAttribute("aria-labelledby");
  return (
    element.getAttribute("aria-label") ??
    (labelled ? labelled.split(" ").map((id) => textOf(document.getElementById(id))).join(" ") : undefined) ??
    (element.labels?.length > 0 ? textOf(element.labels[0]) : textOf(element))
  );
}
const all = [...document.querySelectorAll(selectors[role])].filter((each) => each.checkVisibility({ visibilityProperty: true }));
return all.find((each) => nameOf(each) === wanted) ?? all.find((each) => nameOf(each).startsWith(wanted)) ?? null;
"#;

/// Whether a press does something: neither switched off nor busy.
pub(super) const READY: &str = r#"
const [element] = arguments;
return !element.disabled && element.getAttribute("aria-busy") !== "true" && element.getAttribute("aria-disabled") !== "true";
"#;

/// Sets a control to a value as if it had been chosen there.
pub(super) const CHOOSE: &str = r#"
const [element, value] = arguments;
const kind = element instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(element, value);
element.dispatchEvent(new Event("input", { bubbles: true }));
element.dispatchEvent(new Event("change", { bubbles: true }));
return element.value;
"#;

/// Everything that the page holds where a secret could stand: its text, its attributes, what was typed, and what it stores.
pub(super) const EVERYTHING: &str = r#"
const typed = [...document.querySelectorAll("input, textarea, select")].map((each) => each.value);
const kept = [localStorage, sessionStorage].flatMap((store) => Object.entries(store).flat());
return [document.documentElement.outerHTML, location.href, document.cookie, ...typed, ...kept].join("\n");
"#;

/// The page's words, for whoever reads why a test failed.
pub(super) const WORDS: &str = "return location.hash + '\\n' + document.body.innerText;";
