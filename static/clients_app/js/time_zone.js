// Several hundred zones: the one that the browser is in stands first.
export function offerOwnZone(select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const option = [...select.options].find(({ value }) => value === zone);
  if (!option) return;
  option.value = zone;
  option.textContent = select.dataset.browserZone.replace("%n", zone);
  select.prepend(option);
}
