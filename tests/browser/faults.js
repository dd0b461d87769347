// Things without a name, doubled ids, more or fewer than one <main>, no <h1>, inline code.
() => {
  const faults = [];
  const visible = (node) => node.checkVisibility({ visibilityProperty: true });
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (visible(field) && !field.labels?.length && !field.ariaLabel) faults.push(`no label: ${field.outerHTML.slice(0, 80)}`);
  for (const node of document.querySelectorAll("button, a[href], summary"))
    if (visible(node) && !(node.ariaLabel || node.textContent).trim()) faults.push(`no name: ${node.outerHTML.slice(0, 80)}`);
  for (const image of document.querySelectorAll("svg[role=img], img"))
    if (!(image.ariaLabel || image.alt)) faults.push(`no text: ${image.outerHTML.slice(0, 80)}`);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`doubled id: ${id}`);
  for (const name of ["main", "h1"]) {
    const seen = [...document.querySelectorAll(name)].filter(visible).length;
    if (name === "main" ? seen !== 1 : seen < 1) faults.push(`${seen} <${name}>`);
  }
  if (!document.documentElement.lang) faults.push("no language");
  if (document.querySelector("[style]:not(html), style")) faults.push("inline style");
  if (document.querySelector("script:not([src])")) faults.push("inline script");
  return faults;
}
