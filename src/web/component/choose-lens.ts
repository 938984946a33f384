/** What the label of a camera says about it, in the languages of systems that translate it. The first match counts. */
const kinds: readonly (readonly [pattern: RegExp, suitability: number])[] = [
  // infrared and depth sensors, the view of a desk, and software
  [/infra-?red|\bir\b|depth|lidar|truedepth|desk view|virtual|\bobs\b|screen|ndi\b/i, -3],
  [/back|rear|environment|trasera|posterior|arri[eè]re|r[üu]ck|traseira/i, -2],
  [/ultra|wide|gran angular|weitwinkel|tele(photo)?\b|zoom|macro/i, -1],
  [/front|user|facetime|selfie|frontal|anterior|integrated|built-in/i, 1],
];

/** How suitable a camera is for a selfie, by its label; 0 if the label says nothing. */
const suitabilityOf = (label: string): number => kinds.find(([pattern]) => pattern.test(label))?.[1] ?? 0;

/**
 * How suitable the running camera is; below 0 if another one should be looked for.
 * @param facing its `facingMode` setting, if the browser reports one
 */
export function suitabilityOfRunning(label: string, facing: string | undefined): number {
  // The system knows better than the label which side a lens is on.
  if (facing === 'environment') return Math.min(suitabilityOf(label), -2);
  return suitabilityOf(label);
}

/**
 * The camera that suits a selfie best: phones list several lenses, and some browsers ignore which one faces the user.
 * @param suitability of the running camera
 * @returns undefined if none is more suitable. A camera without a label is never preferred
 */
export function betterLens<C extends { readonly label: string }>(cameras: readonly C[], suitability: number): C | undefined {
  const [best] = cameras.filter(({ label }) => label !== '').sort((a, b) => suitabilityOf(b.label) - suitabilityOf(a.label));
  return best && suitabilityOf(best.label) > suitability ? best : undefined;
}
