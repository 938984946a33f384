import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';

/** A JSON schema, or any other object of the document. */
// biome-ignore lint/suspicious/noExplicitAny: the document is read as data
export type Part = any;

/** A documented answer. */
export interface DocumentedAnswer {
  /** names of its headers, all required */
  readonly headers: readonly string[];
  /** its media types, each with the check of a JSON body */
  readonly content: ReadonlyMap<string, ValidateFunction>;
}

/** Answers by status. */
export type Answers = ReadonlyMap<number, DocumentedAnswer>;

/** One documented operation. */
export interface Operation {
  /** for example `GET /v1/face-liveness/{id}` */
  readonly key: string;
  readonly method: string;
  /** with parameters in braces */
  readonly path: string;
  readonly parameters: readonly Part[];
  /** schemas of the body, by media type */
  readonly bodies: Readonly<Record<string, Part>>;
  /** name of the security scheme; undefined: none */
  readonly security: string | undefined;
  readonly answers: Answers;
}

/** openapi.yaml, ready to judge answers. */
export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** the operations of a path, regardless of their method @param isEmptyTaken whether a parameter may be empty, as for the router */
  findPath(path: string, isEmptyTaken: boolean): readonly Operation[];
  /** the answers for a path that does not exist */
  findUnknown(path: string): Answers;
  /** the answers to what is not an HTTP request */
  readonly unparsable: Answers;
}

/** Reads the committed openapi.yaml. Objects in answers may have only the documented properties, unless the schema says otherwise. */
export function readDocument(): ApiDocument {
  const document = parse(readFileSync(join(findInstallation(), 'openapi.yaml'), 'utf8')) as Part;
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  (ajvFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  const follow = (part: Part): Part =>
    part?.$ref === undefined
      ? part
      : follow(
          part.$ref
            .slice(2)
            .split('/')
            .reduce((at: Part, name: string) => at[name], document),
        );
  const compiled = new Map<string, ValidateFunction>();
  const compile = (schema: Part): ValidateFunction => {
    const closed = close(schema, follow);
    const text = JSON.stringify(closed);
    const known = compiled.get(text) ?? ajv.compile(closed);
    compiled.set(text, known);
    return known;
  };
  const readAnswers = (responses: Part): Answers =>
    new Map(
      Object.entries(responses).map(([status, reference]) => {
        const { headers = {}, content = {} } = follow(reference);
        const types = Object.entries<Part>(content).map(([type, { schema }]) => [type, compile(schema ?? {})] as const);
        return [Number(status), { headers: Object.keys(headers), content: new Map(types) }];
      }),
    );
  const operations = Object.entries<Part>(document.paths).flatMap(([path, item]) =>
    Object.entries<Part>(item).map(([name, operation]): Operation => {
      const method = name.toUpperCase();
      const bodies = Object.entries<Part>(operation.requestBody?.content ?? {});
      return {
        key: `${method} ${path}`,
        method,
        path,
        parameters: (operation.parameters ?? []).map(follow),
        bodies: Object.fromEntries(bodies.map(([type, { schema }]) => [type, follow(schema)])),
        security: Object.keys(operation.security?.[0] ?? {})[0],
        answers: readAnswers(operation.responses),
      };
    }),
  );
  const patternsOf = (parameter: string) =>
    operations.map((operation) => [toPattern(operation.path, parameter), operation] as const);
  const [patterns, patternsWithEmpty] = [patternsOf('[^/]+'), patternsOf('[^/]*')];
  const unknown = Object.entries<Part>(document['x-unknown-paths'])
    .map(([start, responses]) => [start, readAnswers(responses)] as const)
    .sort(([a], [b]) => b.length - a.length);
  return {
    operations,
    findPath(encoded, isEmptyTaken) {
      const path = decode(encoded);
      const found = (isEmptyTaken ? patternsWithEmpty : patterns)
        .filter(([pattern]) => pattern.test(path))
        .map(([, operation]) => operation);
      // As in the router, a path without parameters comes first.
      const exact = found.filter((operation) => !operation.path.includes('{id}'));
      return exact.length > 0 ? exact : found;
    },
    unparsable: readAnswers(document['x-unparsable-requests']),
    findUnknown: (path) => unknown.find(([start]) => `${decode(path)}/`.startsWith(start))![1],
  };
}

/** As the router reads a path. */
function decode(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

const toPattern = (path: string, parameter: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, parameter)}/?$`);

/** The schema without references, and without further properties in its objects. */
function close(schema: Part, follow: (part: Part) => Part): Part {
  if (Array.isArray(schema)) return schema.map((item) => close(item, follow));
  if (typeof schema !== 'object' || schema === null) return schema;
  const part = follow(schema);
  const closed = Object.fromEntries(Object.entries(part).map(([name, child]) => [name, close(child, follow)]));
  const isOpen = part.type !== 'object' || part.properties === undefined || part.additionalProperties !== undefined;
  return isOpen || part.patternProperties ? closed : { ...closed, additionalProperties: false };
}
