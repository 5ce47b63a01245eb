import { mount } from "svelte";
import "./design/tokens.css";
import "./design/base.css";
import App from "./app/App.svelte";
import { showTheme, startingTheme } from "./app/theme";

showTheme(startingTheme());

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no place for the window");

mount(App, { target });
