// Builds elements. Whatever comes from a message becomes text or a checked attribute, never markup.

/** `el("a", { class: "x", href: "…" }, "text", otherElement)`; null and undefined children are left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/** The address if a message may link to it, else null: `javascript:` and the like are no links. */
export function safeUrl(address) {
  if (typeof address !== "string") return null;
  try {
    const url = new URL(address);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link to elsewhere that tells nothing of this page; plain text if the address is not to be trusted. */
export function link(address, children, attributes = {}) {
  const href = safeUrl(address);
  if (!href) return el("span", { title: "not a web address" }, children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", title: href, ...attributes }, children);
}
