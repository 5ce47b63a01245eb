/** Every text of the window, by the screen that shows it. A screen's texts stand in its file in `en/`. */
export { activity } from "./en/activity";
export { agreement } from "./en/agreement";
export { history } from "./en/history";
export { matching } from "./en/matching";
export { overview } from "./en/overview";
export { preview } from "./en/preview";
export { problems } from "./en/problems";
export { settings } from "./en/settings";
export { signals } from "./en/signals";
export { shell } from "./en/shell";
export { wizard } from "./en/wizard";
export { words } from "./en/words";
