// What is wrong with the page as it is now: each function returns a list of sentences.

const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
const named = (element) => `${element.tagName}.${element.className}`;
const textOf = (element) => element.textContent.trim().slice(0, 60);
const all = (selector) => [...document.querySelectorAll(selector)];

function isCutOff(element) {
  const isWide = element.scrollWidth > element.clientWidth + 1;
  const isHigh = element.scrollHeight > element.clientHeight + 1;
  if (!isWide && !isHigh) return false;
  const style = getComputedStyle(element);
  if (!isVisible(element) || element.closest(".sr-only, .skip")) return false;
  if (!element.textContent.trim() || style.display === "inline") return false;
  if (element.clientHeight < 2) return false; // for screen readers alone
  const cuts = (overflow) => ["hidden", "clip"].includes(overflow);
  return (cuts(style.overflowX) && isWide) || (cuts(style.overflowY) && isHigh);
}

function cutOff() {
  const tooWide = document.documentElement.scrollWidth - innerWidth;
  return [
    ...all("body *").filter(isCutOff).map((each) => `${named(each)}: ${textOf(each)}`),
    ...all(".dialog-body")
      .filter((body) => body.scrollWidth > body.clientWidth + 1)
      .map((body) => `the window is ${body.scrollWidth - body.clientWidth} pixels too narrow`),
    ...(tooWide > 0 ? [`${tooWide} pixels too wide`] : []),
  ];
}

function cutOffAt200Percent() {
  const { style } = document.documentElement;
  style.fontSize = "200%";
  const found = cutOff();
  style.fontSize = "";
  return found;
}

// Controls and signs whose text has the colour of their background, which axe-core leaves to people.
function unseen() {
  return all("a, button, .btn, .badge, summary, label")
    .filter((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return color === backgroundColor && isVisible(element);
    })
    .map((element) => `${element.className}: ${textOf(element)}`);
}

// In forced colours: controls without an edge.
function edgeless() {
  return all(".btn-primary, .btn-danger, .input, .select")
    .filter((element) => isVisible(element)
      && !element.closest(".sr-only, .roles, .palette") // a box around them has the edge
      && getComputedStyle(element).borderTopWidth === "0px")
    .map(named);
}

// In forced colours: selected or current items that look like the rest.
function signless() {
  return all(
    `.chip[aria-pressed="true"], :is(.segmented, .snippet-bar) label:has(:checked),
    :is(.nav, .tabs, .attention, .weeks, .periods, .days) a[aria-current], tr[aria-current],
    input:checked`,
  ).filter((element) => element.checkVisibility({ opacityProperty: true })
      && getComputedStyle(element).outlineStyle === "none"
      && !(element.matches("input") && getComputedStyle(element).appearance === "auto"))
    .map(named);
}

// What breaks these rules of axe-core in the open window, or in the whole page without one.
async function axeCore(rules) {
  const context = document.querySelector("dialog[open]") ?? document;
  const options = { runOnly: rules, resultTypes: ["violations"], preload: false };
  return (await axe.run(context, options)).violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map((node) => `${node.target} ${node.html}`).join("; ")}`);
}

const KINDS = { axeCore, cutOff, cutOffAt200Percent, unseen, edgeless, signless };

globalThis.faultsOf = async (kinds, rules) => {
  for (let moving; (moving = document.getAnimations()).length;) moving.forEach((one) => one.finish());
  const found = [];
  for (const kind of kinds)
    for (const fault of await KINDS[kind](rules)) found.push(`${kind}: ${fault}`);
  return found;
};
