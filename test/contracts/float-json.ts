/** The floats of contracts A and B that can be whole numbers. */
const wholeFloats = /"(score|quality|liveness|probability)":(-?\d+)(?=[,}e])/g;

/** JSON.stringify, with a fraction in the vendors' floats: `"quality":1.0`. */
export const floatJson = (value: unknown): string => JSON.stringify(value).replace(wholeFloats, '"$1":$2.0');
