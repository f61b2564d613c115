// The date picker of the browser, for a field into which a date and a time are typed.
export function pickDate(field, button, onChange) {
  const picker = document.createElement("input");
  picker.type = "datetime-local";
  picker.className = "picker";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  picker.value = field.value.replace(" ", "T");
  picker.addEventListener("change", () => {
    field.value = picker.value.replace("T", " ").slice(0, 16);
    onChange();
  });
  picker.addEventListener("blur", () => picker.remove());
  button.after(picker);
  picker.focus();
  picker.showPicker();
}
