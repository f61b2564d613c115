// The theme: the server keeps the choice in a cookie; the page does not wait for it.
import { drawIcon, onPress } from "./dom.js";

onPress("[data-theme-switch]", (button) => {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  button.value = root.dataset.theme = isDark ? "light" : "dark";
  drawIcon(button, isDark ? "moon" : "sun");
});
