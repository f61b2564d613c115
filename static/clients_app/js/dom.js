// What the other modules share: short names, the dialog, texts of the page, pressed buttons.
// Texts come from the page (base.html); no script reads or stores a secret beyond the page.
export const $ = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const on = (name, listener) => document.addEventListener(name, listener);

/** The one dialog, whose content is swapped; pages of people who are signed out have none. */
export const dialog = $("#window");

export const words = () => $("#words")?.dataset ?? {};

export function onPress(selector, listener) {
  addEventListener("click", (event) => {
    const button = event.target.closest?.("button, a");
    if (button?.matches(selector)) listener(button, event);
  });
}

export function drawIcon(element, name) {
  const use = $("use", element);
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
}

/** Returns a copy of what the `<template>` holds. */
export const copyOf = (template) => $(template).content.firstElementChild.cloneNode(true);

/** Whether htmx asked by itself, to keep a part of the page fresh (polling.js). */
export const isPoll = (event) => event.detail.requestConfig?.elt.matches("[data-poll]");

/** Puts a message where it is read out: what lies behind an open window is not. */
export function placeMessage(message, root = dialog) {
  if (dialog?.open) ($(".dialog-body", root) ?? root).prepend(message);
  else $("#toasts").append(message);
}
