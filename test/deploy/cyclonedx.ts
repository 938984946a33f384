import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

/** The parts of a CycloneDX component that tests read. */
export interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly unknown[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly evidence?: { readonly occurrences: readonly { readonly location: string }[] };
  readonly components?: readonly Component[];
}

/** The parts of a CycloneDX document that tests read. */
export interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * Reads a document after comparing it with CycloneDX's own JSON schema, in its strict form.
 * @throws Error with what the schema found
 */
export async function readCycloneDx(text: string): Promise<Sbom> {
  const faults = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  if (faults !== null) throw new Error(`not valid CycloneDX 1.6: ${JSON.stringify(faults)}`);
  return JSON.parse(text) as Sbom;
}
