import { attributeNames } from './settings.js';

/**
 * Gives an element a property per attribute. Frameworks set properties if an element has them, and attributes otherwise. Both must
 * end up in the attribute.
 */
export function defineAttributeProperties(prototype: HTMLElement): void {
  for (const name of attributeNames) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement) {
        return this.getAttribute(name);
      },
      set(this: HTMLElement, value: unknown) {
        // false becomes 'false' instead of removing the attribute: some checks are on by default.
        if (value === null || value === undefined) this.removeAttribute(name);
        else this.setAttribute(name, value === true ? '' : String(value));
      },
    });
  }
}

/** Writes properties into attributes that were set before the element was defined: they are own properties and hide the accessors. */
export function adoptEarlyProperties(element: HTMLElement): void {
  const properties = element as unknown as Record<string, unknown>;
  for (const name of attributeNames) {
    const early: unknown = Object.getOwnPropertyDescriptor(element, name)?.value;
    if (early === undefined) continue;
    delete properties[name];
    properties[name] = early;
  }
}
